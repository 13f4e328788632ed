import { createProgram } from './program.ts';
import { reportFailure } from './report.ts';

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    reportFailure(error);
    process.exitCode = 1;
  });
