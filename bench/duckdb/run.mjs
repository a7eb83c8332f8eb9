// What the two baselines share: options, the connection, and how values are written.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DuckDBInstance, version } from '@duckdb/node-api';

/** Runs a baseline: `answer` gets a connection and the data folder and gives the lines of the result file. */
export async function run(answer) {
  const { values: options } = parseArgs({
    options: {
      data: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string', default: '' },
      version: { type: 'boolean', default: false },
    },
  });
  if (options.version) {
    console.log(version());
    return;
  }

  if (!options.data || !options.out) {
    console.error('Usage: node BASELINE.mjs --data DIR --out FILE [--threads N]');
    process.exitCode = 2;
    return;
  }

  const instance = await DuckDBInstance.create(':memory:', options.threads ? { threads: options.threads } : {});
  const connection = await instance.connect();
  writeFileSync(options.out, (await answer(connection, options.data)).join(''));
  // Left to the end of the process, this would take far longer.
  connection.closeSync();
  instance.closeSync();
}

/** The shortest exact text of a number, in SQL. */
export function number(value) {
  return `CASE WHEN contains(${value}::VARCHAR, '.') THEN rtrim(rtrim(${value}::VARCHAR, '0'), '.') ELSE ${value}::VARCHAR END`;
}

export function quote(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
