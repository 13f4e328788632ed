import { describe, expect, it } from 'vitest';
import { answerHealth } from './health.ts';

const answer = (path: string, query = '') => answerHealth(path, new URLSearchParams(query))?.text();

describe('health', () => {
  it.each(['/healthz', '/livez', '/readyz', '/readyz/ping', '/livez/etcd', '/readyz/'])('%s is ok', async (path) => {
    expect(await answer(path)).toBe('ok');
  });

  it('tells each check when asked to', async () => {
    expect(await answer('/livez', 'verbose')).toBe('[+]ping ok\n[+]etcd ok\nlivez check passed\n');
    expect(await answer('/readyz', 'verbose&exclude=etcd')).toBe(
      '[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed\n',
    );
  });

  it.each(['/readyz/nothing', '/readyzz', '/health', '/readyz/ping/more'])('%s is no such path', (path) => {
    expect(answer(path)).toBeUndefined();
  });
});
