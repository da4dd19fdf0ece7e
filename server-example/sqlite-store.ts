/**
 * The default store: one SQLite file through node:sqlite, readable with any SQLite tool. Its tables
 * are in sqlite-schema.ts, its statements in sqlite-statements.ts. What is read is read here; what is
 * written is written by a thread of its own (sqlite-writer.ts), which a reader never waits for.
 */
import { dirname } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { makeDataFolder } from './data-folder.ts';
import { type Row, textIn, toSystemRow } from './rows.ts';
import { openDatabase } from './sqlite-database.ts';
import { readHistory } from './sqlite-history.ts';
import { prepareStatements } from './sqlite-statements.ts';
import { createSqliteWriter } from './sqlite-writer.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface SqliteStoreOptions {
  /** Path of the database file; its folder is made, for the owner alone, if it is missing. */
  readonly path: string;
}

/** Opens or creates the database. Throws where the file is no database of ours, or a newer one. */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  makeDataFolder(dirname(options.path));
  const database = openDatabase(options.path);
  const statements = prepareStatements(database);
  const { write, close } = createSqliteWriter(options.path);

  return {
    concurrentInserts: 1,

    insert: (batch) => attempt('store reports', () => write({ operation: 'insert', asked: batch })),

    isRegistered: (systemId) =>
      attempt('look up a system', () => statements.isRegistered.get(systemId) !== undefined),

    register: (systemId, at) =>
      attempt('register a system', () => write({ operation: 'register', asked: { systemId, at } })),

    rename: (systemId, name) =>
      attempt('name a system', () => write({ operation: 'rename', asked: { systemId, name } })),

    forget: async (systemId) => {
      const step = () => write({ operation: 'forgetReports', asked: systemId });
      while (await attempt('forget reports', step)) await yieldToOthers();
      return attempt('forget a system', () =>
        write({ operation: 'forgetSystem', asked: systemId }),
      );
    },

    systemIds: () =>
      attempt('list the systems', () => statements.systemIds.all().map((row) => textIn(row, 'id'))),

    systems: (ids) =>
      attempt('list the systems', () => {
        if (ids === undefined) return statements.allSystems.all().map(toSystemRow);
        return ids.flatMap((id) => {
          const row = statements.oneSystem.get(id);
          return row === undefined ? [] : [toSystemRow(row)];
        });
      }),

    newestReport: (systemId) =>
      attempt('read a report', () => bodyOf(statements.newestBody.get(systemId))),

    reportAt: (systemId, epoch) =>
      attempt('read a report', () => bodyOf(statements.bodyAt.get(systemId, epoch))),

    history: (query) => attempt('read a history', () => readHistory(statements, query)),

    check: async () => {
      await attempt('write', () => write({ operation: 'check', asked: null }));
    },

    prune: (limits) =>
      attempt('fold old reports', () => write({ operation: 'prune', asked: limits })),

    close: async () => {
      await close();
      if (database.isOpen) database.close();
    },
  };
}

function bodyOf(row: Row | undefined): string | undefined {
  return row === undefined ? undefined : textIn(row, 'body');
}

async function attempt<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(operation, error);
  }
}
