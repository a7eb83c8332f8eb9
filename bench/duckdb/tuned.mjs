// The four queries as an expert of DuckDB would tune them for these very files: the best that it was seen to do.
//
//     node tuned.mjs --data DIR --out FILE [--threads N]
//
// Only well-formed files without quotes in the layout DIR/<table>/*.csv are handled.
//
// How it was made fast (each measured against its alternatives; bench/README.md has the list):
// - The header and the types are given, so nothing is sniffed, and quoting is off; columns that no query reads are not
//   converted.
// - Each big table is scanned once. transaction_items fold into a few hundred groups during the scan. transactions serve three
//   queries, so the scan keeps the narrow columns they need in memory: cheaper than three scans, or than one
//   aggregation that fits all three.
// - created_at of transaction_items stays text: its prefix is the month, and no calendar is needed.
// - The top customers of a store are kept by a bounded max(…, 3), not by sorting all customers.
import { readdirSync, openSync, readSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { number, quote, run } from './run.mjs';

await run(async (connection, data) => {
  const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS();
  const lines = [];

  // The default preserve_insertion_order = true keeps the rows in the order of the files and of their lines.
  await connection.run(`
    CREATE TEMP TABLE purchases AS
    SELECT store_id,
           user_id::INTEGER AS user_id,
           (2 * year(created_at) + (month(created_at) > 6)::INTEGER)::SMALLINT AS half,
           CASE WHEN created_at::TIME BETWEEN TIME '06:00:00' AND TIME '23:00:00' THEN final_amount END AS amount_in_hours,
           CASE WHEN amount_in_hours >= 75 THEN transaction_id END AS high_value_id
    FROM ${csv(data, 'transactions', {
      transaction_id: 'VARCHAR',
      store_id: 'INTEGER',
      // 46047.0: an export of a nullable column.
      user_id: 'DOUBLE',
      final_amount: 'DECIMAL(18,4)',
      created_at: 'TIMESTAMP',
    })}
    WHERE created_at >= TIMESTAMP '2024-01-01' AND created_at < TIMESTAMP '2026-01-01'`);

  for (const [id, amount] of await rows(`
    SELECT high_value_id, ${number('amount_in_hours')} FROM purchases WHERE high_value_id IS NOT NULL`)) {
    lines.push(`{"query":"q1","transaction_id":${JSON.stringify(id)},"final_amount":${amount}}\n`);
  }

  await connection.run(`
    CREATE TEMP TABLE sales AS
    SELECT left(created_at, 7) AS month, item_id, sum(quantity) AS quantity, sum(subtotal) AS subtotal
    FROM ${csv(data, 'transaction_items', {
      item_id: 'INTEGER',
      quantity: 'INTEGER',
      subtotal: 'DECIMAL(18,4)',
      created_at: 'VARCHAR',
    })}
    WHERE created_at >= '2024' AND created_at < '2026'
    GROUP BY ALL`);
  await connection.run(`CREATE TEMP TABLE items AS ${names(data, 'menu_items', 'item_id', 'item_name')}`);
  for (const [query, measure, key] of [
    ['q2_best_selling', 'quantity', 'sellings_qty'],
    ['q2_most_profit', 'subtotal', 'profit_sum'],
  ]) {
    for (const [month, item, total] of await rows(`
      SELECT month, coalesce(name, 'unknown item ' || item_id), ${number(measure)}
      FROM sales LEFT JOIN items ON item_id = id
      QUALIFY row_number() OVER (PARTITION BY month ORDER BY ${measure} DESC, item_id) = 1
      ORDER BY month`)) {
      lines.push(`{"query":"${query}","year_month_created_at":"${month}","item_name":${JSON.stringify(item)},"${key}":${total}}\n`);
    }
  }

  await connection.run(`CREATE TEMP TABLE stores AS ${names(data, 'stores', 'store_id', 'store_name')}`);
  for (const [half, store, tpv] of await rows(`
    WITH turnover AS (
      SELECT half, store_id, sum(amount_in_hours) AS tpv
      FROM purchases
      WHERE amount_in_hours IS NOT NULL
      GROUP BY ALL)
    SELECT (half // 2) || '-H' || (half % 2 + 1), coalesce(name, 'unknown store ' || store_id), ${number('tpv')}
    FROM turnover LEFT JOIN stores ON store_id = id
    ORDER BY half, store_id`)) {
    lines.push(`{"query":"q3","year_half_created_at":"${half}","store_name":${JSON.stringify(store)},"tpv":${tpv}}\n`);
  }

  // A rank is one number: more purchases first, then the lower user_id, which is below 2³¹.
  for (const [store, birthdate, purchases] of await rows(`
    WITH counts AS (
      SELECT store_id, user_id, count(*) AS purchases FROM purchases WHERE user_id IS NOT NULL GROUP BY ALL),
    best AS (
      SELECT store_id, unnest(max((purchases << 31) + (2147483647 - user_id), 3)) AS rank FROM counts GROUP BY store_id),
    customers AS MATERIALIZED (
      SELECT store_id, rank, 2147483647 - (rank & 2147483647) AS user_id, rank >> 31 AS purchases FROM best),
    births AS (
      SELECT user_id, min(birthdate) AS birthdate
      FROM ${csv(data, 'users', { user_id: 'INTEGER', birthdate: 'VARCHAR' })}
      WHERE user_id IN (SELECT user_id FROM customers)
      GROUP BY user_id)
    SELECT coalesce(name, 'unknown store ' || store_id), birthdate, purchases
    FROM customers LEFT JOIN births USING (user_id) LEFT JOIN stores ON store_id = id
    ORDER BY store_id, rank DESC`)) {
    lines.push(
      `{"query":"q4","store_name":${JSON.stringify(store)},"birthdate":${JSON.stringify(birthdate)},"purchases_qty":${purchases}}\n`);
  }

  return lines;
});

/** The table function that reads the given columns of a table; the others are named and never converted. */
function csv(data, table, types) {
  const folder = join(data, table);
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv')).sort().map((name) => join(folder, name));
  const columns = header(files[0]).map((name) => `${quote(name)}: ${quote(types[name] ?? 'VARCHAR')}`);
  return `read_csv([${files.map(quote)}], columns = {${columns}}, header = true, auto_detect = false, delim = ',',
    quote = '', escape = '', nullstr = '', new_line = '\\n', strict_mode = false)`;
}

/** A dimension table is small and the one place where text may be quoted. */
function names(data, table, id, name) {
  return `SELECT ${id}::INTEGER AS id, min(${name}) AS name FROM read_csv(${quote(join(data, table, '*.csv'))}, all_varchar = true) GROUP BY ALL`;
}

function header(file) {
  const bytes = Buffer.alloc(4096);
  const handle = openSync(file);
  const text = bytes.toString('utf8', 0, readSync(handle, bytes));
  closeSync(handle);
  return text.slice(0, text.indexOf('\n')).trimEnd().split(',');
}
