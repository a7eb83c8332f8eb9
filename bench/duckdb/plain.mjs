// The four queries as one writes them down: a view per table over its CSV files with the right types, then a SELECT per
// answer. RFC 4180 quoting is on, as in the files' format. This is the baseline of the figures.
//
//     node plain.mjs --data DIR --out FILE [--threads N]
//
// Only well-formed files in the layout DIR/<table>/*.csv are handled.
import { join } from 'node:path';
import { number, quote, run } from './run.mjs';

const tables = {
  menu_items: {
    item_id: 'INTEGER', item_name: 'VARCHAR', category: 'VARCHAR', price: 'DECIMAL(18,4)', is_seasonal: 'VARCHAR',
    available_from: 'VARCHAR', available_to: 'VARCHAR',
  },
  stores: {
    store_id: 'INTEGER', store_name: 'VARCHAR', street: 'VARCHAR', postal_code: 'VARCHAR', city: 'VARCHAR', state: 'VARCHAR',
    latitude: 'DOUBLE', longitude: 'DOUBLE',
  },
  users: { user_id: 'INTEGER', gender: 'VARCHAR', birthdate: 'DATE', registered_at: 'TIMESTAMP' },
  transactions: {
    transaction_id: 'VARCHAR', store_id: 'INTEGER', payment_method_id: 'INTEGER', voucher_id: 'DOUBLE', user_id: 'DOUBLE',
    original_amount: 'DECIMAL(18,4)', discount_applied: 'DECIMAL(18,4)', final_amount: 'DECIMAL(18,4)', created_at: 'TIMESTAMP',
  },
  transaction_items: {
    transaction_id: 'VARCHAR', item_id: 'INTEGER', quantity: 'INTEGER', unit_price: 'DECIMAL(18,4)',
    subtotal: 'DECIMAL(18,4)', created_at: 'TIMESTAMP',
  },
};

const inYears = 'year(created_at) IN (2024, 2025)';
const inHours = "created_at::TIME BETWEEN TIME '06:00:00' AND TIME '23:00:00'";

await run(async (connection, data) => {
  for (const [table, columns] of Object.entries(tables)) {
    const types = Object.entries(columns).map(([name, type]) => `${quote(name)}: ${quote(type)}`);
    await connection.run(`CREATE VIEW ${table} AS
      SELECT * FROM read_csv(${quote(join(data, table, '*.csv'))}, header = true, columns = {${types}})`);
  }

  const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS();
  const lines = [];
  for (const [id, amount] of await rows(`
    SELECT transaction_id, ${number('final_amount')} FROM transactions WHERE ${inYears} AND ${inHours} AND final_amount >= 75`)) {
    lines.push(`{"query":"q1","transaction_id":${JSON.stringify(id)},"final_amount":${amount}}\n`);
  }

  const products = await rows(`
    WITH sales AS (
      SELECT strftime(created_at, '%Y-%m') AS month, item_id, sum(quantity) AS quantity, sum(subtotal) AS profit
      FROM transaction_items WHERE ${inYears} GROUP BY ALL),
    ranked AS (
      SELECT *, row_number() OVER (PARTITION BY month ORDER BY quantity DESC, item_id) AS by_quantity,
             row_number() OVER (PARTITION BY month ORDER BY profit DESC, item_id) AS by_profit
      FROM sales)
    SELECT month, coalesce(item_name, 'unknown item ' || item_id), ${number('quantity')}, ${number('profit')}, by_quantity, by_profit
    FROM ranked LEFT JOIN (SELECT item_id, min(item_name) AS item_name FROM menu_items GROUP BY item_id) USING (item_id)
    WHERE by_quantity = 1 OR by_profit = 1
    ORDER BY month`);
  for (const [month, name, quantity] of products.filter((row) => row[4] === 1n)) {
    lines.push(`{"query":"q2_best_selling","year_month_created_at":"${month}","item_name":${JSON.stringify(name)},"sellings_qty":${quantity}}\n`);
  }
  for (const [month, name, , profit] of products.filter((row) => row[5] === 1n)) {
    lines.push(`{"query":"q2_most_profit","year_month_created_at":"${month}","item_name":${JSON.stringify(name)},"profit_sum":${profit}}\n`);
  }

  const storeNames = '(SELECT store_id, min(store_name) AS store_name FROM stores GROUP BY store_id)';
  for (const [half, store, tpv] of await rows(`
    WITH turnover AS (
      SELECT year(created_at) || CASE WHEN month(created_at) <= 6 THEN '-H1' ELSE '-H2' END AS half, store_id, sum(final_amount) AS tpv
      FROM transactions WHERE ${inYears} AND ${inHours} GROUP BY ALL)
    SELECT half, coalesce(store_name, 'unknown store ' || store_id), ${number('tpv')}
    FROM turnover LEFT JOIN ${storeNames} USING (store_id)
    ORDER BY half, store_id`)) {
    lines.push(`{"query":"q3","year_half_created_at":"${half}","store_name":${JSON.stringify(store)},"tpv":${tpv}}\n`);
  }

  for (const [store, birthdate, purchases] of await rows(`
    WITH counts AS (
      SELECT store_id, user_id::INTEGER AS user_id, count(*) AS purchases
      FROM transactions WHERE ${inYears} AND user_id IS NOT NULL GROUP BY ALL),
    customers AS (
      SELECT * FROM counts QUALIFY row_number() OVER (PARTITION BY store_id ORDER BY purchases DESC, user_id) <= 3)
    SELECT coalesce(store_name, 'unknown store ' || store_id), min(birthdate)::VARCHAR, purchases
    FROM customers LEFT JOIN users USING (user_id) LEFT JOIN ${storeNames} USING (store_id)
    GROUP BY store_id, store_name, user_id, purchases
    ORDER BY store_id, purchases DESC, user_id`)) {
    lines.push(
      `{"query":"q4","store_name":${JSON.stringify(store)},"birthdate":${JSON.stringify(birthdate)},"purchases_qty":${purchases}}\n`);
  }

  return lines;
});
