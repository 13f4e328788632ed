import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sqlStorageDatabase } from '../../control-plane/durable-objects/sql-storage.ts';
import type { SqlDatabase } from '../../control-plane/store/database.ts';
import { storeContract } from '../../control-plane/store/store.contract.ts';
import { storeModelContract } from '../../control-plane/store/store-model.contract.ts';

/** Each test gets an object of its own, emptied of what its constructor has made. */
async function withDatabase(test: (database: SqlDatabase) => void | Promise<void>): Promise<void> {
  const stub = env.STORE.get(env.STORE.newUniqueId());
  await runInDurableObject(stub, async (_object, state) => {
    await state.storage.deleteAll();
    await test(sqlStorageDatabase(state.storage));
  });
}

storeContract(withDatabase);
storeModelContract(withDatabase, { runs: 30 });
