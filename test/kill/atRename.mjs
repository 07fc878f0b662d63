// Loaded before the command line (node --import): counts the files that it renames into place, and ends the process without
// a word at one of them. APD_KILL_AT=5 ends it before the fifth rename, APD_KILL_AT=5+ right after it; APD_RENAMES names a
// file that the number of renames is written to at the end.
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const aim = /^(\d+)(\+?)$/.exec(process.env.APD_KILL_AT ?? '');
const original = promises.rename;
let renames = 0;

promises.rename = async (from, to) => {
  renames++;
  const isAimed = aim && renames === Number(aim[1]);
  if (isAimed && aim[2] === '') process.kill(process.pid, 'SIGKILL');
  await original(from, to);
  if (isAimed) process.kill(process.pid, 'SIGKILL');
};

if (process.env.APD_RENAMES)
  process.on('exit', () => writeFileSync(process.env.APD_RENAMES, String(renames)));
syncBuiltinESMExports();
