import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { checkCase, readCases } from './checkCase';

/** Checks the folders of model cases below a folder, a line each. */
async function main([folder, ...only]: string[]): Promise<void> {
  const cases = readCases(path.resolve('test/fixtures/modelCases/cases.json'));
  let right = 0;
  let judged = 0;
  for (const name of readdirSync(folder).sort()) {
    const own = path.join(path.resolve(folder), name);
    if (only.length ? !only.includes(name) : !existsSync(path.join(own, 'README'))) continue;
    judged++;
    if (!(name in cases)) {
      console.log(`?     ${name}: nothing is expected of it`);
      continue;
    }
    const wrong = await checkCase(path.resolve('dist/cli.js'), own, readdirSync(own), cases[name]);
    console.log(wrong === undefined ? `ok    ${name}` : `WRONG ${name}: ${wrong}`);
    if (wrong === undefined) right++;
  }
  console.log(`${right} of ${judged} cases right`);
  process.exitCode = right === judged ? 0 : 1;
}

void main(process.argv.slice(2));
