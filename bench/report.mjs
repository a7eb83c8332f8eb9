// Writes the report of a comparison: RESULTS/NAME.json with every measurement, RESULTS/NAME.md to be read.
// It is called by compare.sh.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import os from 'node:os';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: {
    measurements: text, tables: text, answers: text, name: text, months: text, 'transactions-per-month': text,
    threads: text, dotnet: text, duckdb: text, results: text,
  },
});

const lines = (file) => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => line.split('\t'));
const tables = lines(options.tables).map(([name, files, bytes, , rows]) => ({ name, files: +files, bytes: +bytes, rows: +rows }));
const measurements = lines(options.measurements)
  .map(([pair, program, seconds, processor, kilobytes]) => ({
    pair: +pair, program, seconds: +seconds, processorSeconds: +processor, peakBytes: 1024 * kilobytes,
  }))
  .filter(({ pair }) => pair > 0);
const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
const answers = readFileSync(options.answers, 'utf8').split('\n').length - 1;

const programs = ['coffee', 'duckdb', 'duckdb-tuned', 'newlines'].map((name) => {
  const own = measurements.filter(({ program }) => program === name);
  const seconds = spread(own.map((run) => run.seconds));
  return {
    name,
    seconds,
    megabytesPerSecond: bytes / 1e6 / seconds.median,
    processorSeconds: spread(own.map((run) => run.processorSeconds)),
    peakBytes: Math.max(...own.map((run) => run.peakBytes)),
  };
});
const ratios = {
  duckdbToCoffee: ratio('duckdb', 'coffee'),
  tunedDuckdbToCoffee: ratio('duckdb-tuned', 'coffee'),
  coffeeToNewlines: ratio('coffee', 'newlines'),
};

const report = {
  name: options.name,
  date: new Date().toISOString().slice(0, 10),
  machine: {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: systemName(),
    kernel: `${os.type()} ${os.release()}`,
  },
  versions: { dotnet: options.dotnet, duckdb: options.duckdb.replace(/^v/, ''), node: process.versions.node },
  dataset: { months: options.months, transactionsPerMonth: +options['transactions-per-month'], seed: 1, bytes, tables },
  threads: +options.threads,
  pairs: Math.max(...measurements.map(({ pair }) => pair)),
  answerRows: answers,
  programs,
  ratios,
  measurements,
};
writeFileSync(join(options.results, `${options.name}.json`), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(options.results, `${options.name}.md`), markdown(report));

function markdown({ machine, versions, dataset, programs: [coffee, duckdb, tuned, newlines], ...report }) {
  const row = (title, program) =>
    `| ${title} | ${fixed(program.seconds.median, 3)} s | ${fixed(program.seconds.min, 3)}–${fixed(program.seconds.max, 3)} s ` +
    `| ${count(program.megabytesPerSecond)} MB/s | ${fixed(program.processorSeconds.median, 2)} s | ${megabytes(program.peakBytes)} |`;
  const ratioRow = (title, { median, min, max }) => `| ${title} | ${fixed(median, 2)} | ${fixed(min, 2)}–${fixed(max, 2)} |`;
  return `# ${report.name}: coffee run, DuckDB and counting newlines

${report.date}, by \`bench/compare.sh\`. Whole processes, from start to exit, files in the page cache, ${report.pairs} pairs measured in turn after a
warm-up. Every pair gave the same answer, byte for byte (${count(report.answerRows)} rows).

| program | median time | min–max | throughput | processor time | peak memory |
|---|---|---|---|---|---|
${row('`coffee run`', coffee)}
${row('DuckDB, plain SQL', duckdb)}
${row('DuckDB, tuned for these files', tuned)}
${row('newline count', newlines)}

| ratio of times, pair by pair | median | min–max |
|---|---|---|
${ratioRow('DuckDB, plain SQL / `coffee run`', report.ratios.duckdbToCoffee)}
${ratioRow('DuckDB, tuned for these files / `coffee run`', report.ratios.tunedDuckdbToCoffee)}
${ratioRow('`coffee run` / newline count', report.ratios.coffeeToNewlines)}

| environment | |
|---|---|
| processor | ${machine.processor}, ${machine.cores} cores |
| memory | ${megabytes(machine.memoryBytes)} |
| system | ${machine.system}, ${machine.kernel} |
| .NET | ${versions.dotnet} |
| DuckDB | ${versions.duckdb}, in node ${versions.node} |
| threads of each program | ${report.threads} |
| dataset | ${dataset.months}, ${count(dataset.transactionsPerMonth)} transactions in a month of 31 days, seed ${dataset.seed} |

| table | files | bytes | rows |
|---|---|---|---|
${dataset.tables.map((table) => `| ${table.name} | ${table.files} | ${count(table.bytes)} | ${count(table.rows)} |`).join('\n')}
| all | ${dataset.tables.reduce((sum, { files }) => sum + files, 0)} | ${count(dataset.bytes)} | ${count(dataset.tables.reduce((sum, { rows }) => sum + rows, 0))} |
`;
}

function ratio(above, below) {
  const seconds = (name, pair) => measurements.find((run) => run.program === name && run.pair === pair).seconds;
  const pairs = [...new Set(measurements.map(({ pair }) => pair))];
  return spread(pairs.map((pair) => seconds(above, pair) / seconds(below, pair)));
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2, min: sorted[0], max: sorted.at(-1) };
}

function systemName() {
  const release = '/etc/os-release';
  return (existsSync(release) && /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync(release, 'utf8'))?.[1]) || os.version();
}

function fixed(number, digits) {
  return number.toFixed(digits);
}

function count(number) {
  return Math.round(number).toLocaleString('en-US');
}

function megabytes(size) {
  return `${count(size / 1e6)} MB`;
}
