import { storeContract } from './store.contract.ts';
import { storeModelContract } from './store-model.contract.ts';
import { openNodeDatabase } from './testing/node-sqlite.ts';

const withDatabase = async (test: (database: ReturnType<typeof openNodeDatabase>) => void | Promise<void>) => {
  const database = openNodeDatabase();
  try {
    await test(database);
  } finally {
    database.close();
  }
};

storeContract(withDatabase);
storeModelContract(withDatabase, { runs: 60 });
