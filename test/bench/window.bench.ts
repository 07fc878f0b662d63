// VS Code's real window: from the click on “Open Diagram” to the first picture, as one number, and for how long work on
// 60,000 instances blocks the extension host.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import type * as browserScript from '../host/browser.mjs';
import type * as runScript from '../host/runHost.mjs';
import type * as serverScript from '../host/server.mjs';
import type * as workspaceScript from '../host/workspace.mjs';
import { bench, figure, goal, ms, printTable, sized, timing } from './harness';
import { mnistFile } from './mnist';
import type { LongestBlock } from './loopWatch';
import { MARK, type WindowCase, type WindowNote, type WindowOrder } from './windowNotes';

/** Windows that are opened for the clicks of each case. */
const WINDOWS = sized(3, 1);
/** Longer than all work in one window takes. */
const PATIENCE = 180_000;

const MNIST_MODELS = path.resolve('examples', 'mnist');
const mnistScaling = { scale: String(1 / 255), mean: '0.5', std: '0.5' };

function mnistCase(title: string, part: 'train' | 't10k', models: string[]): WindowCase {
  const [data, labels] = (['images', 'labels'] as const).map((what) => path.resolve(mnistFile(part, what)));
  return { title, models, data, labels, scaling: mnistScaling };
}

const lastEpoch = [path.join(MNIST_MODELS, 'epoch-004.onnx')];
const DIGITS = path.resolve('examples', 'digits');
const mnistCases = [
  mnistCase('MNIST, 10,000', 't10k', lastEpoch),
  mnistCase('MNIST, 60,000', 'train', lastEpoch),
];
const cases: WindowCase[] = [
  {
    title: 'digits, 1,797',
    models: [path.join(DIGITS, 'epoch-008.onnx')],
    data: path.join(DIGITS, 'x.npy'),
    labels: path.join(DIGITS, 'y.npy'),
    scaling: {},
  },
  ...sized(mnistCases, []),
];

/** Scripts of test/host find their files beside themselves, so they are loaded as they are and not bundled. */
async function harness() {
  const load = (name: string) => import(pathToFileURL(path.resolve('test', 'host', name)).href) as unknown;
  return {
    ...((await load('runHost.mjs')) as typeof runScript),
    ...((await load('server.mjs')) as typeof serverScript),
    ...((await load('browser.mjs')) as typeof browserScript),
    ...((await load('workspace.mjs')) as typeof workspaceScript),
  };
}

type Harness = Awaited<ReturnType<typeof harness>>;

/**
 * In every page: tells the time of the first frame after something is on the canvas of a diagram. The canvas is looked
 * at, not the page's word for it.
 */
const WATCH_CANVAS = `(() => {
  const sample = new OffscreenCanvas(48, 48);
  const pen = sample.getContext('2d', { willReadFrequently: true });
  // A timer: the page of a diagram is written into a frame that was there before, which ends requests for frames.
  const timer = setInterval(() => {
    const canvas = document.querySelector('.stage canvas.picture');
    if (!canvas || canvas.width === 0 || canvas.height === 0) return;
    pen.drawImage(canvas, 0, 0, 48, 48);
    if (!pen.getImageData(0, 0, 48, 48).data.some((value) => value > 0)) return;
    clearInterval(timer);
    requestAnimationFrame(() => tellPainted(Date.now()));
  }, 4);
})()`;

/** Does an order in a new window. @returns what the host told, and when canvases were painted first */
async function inWindow(tools: Harness, entry: string, order: WindowOrder) {
  const workspace = tools.makeWorkspace();
  // A server looks for ports through all processes now and then, in the extension host: none of our work.
  const settings = { 'remote.autoForwardPorts': false };
  const env = { APD_BENCH: JSON.stringify(order) };
  const server = await tools.startServer({ tests: true, settings, env });
  const browser = await tools.openBrowser();
  const notes: WindowNote[] = [];
  const painted: number[] = [];
  try {
    const page: Page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.exposeFunction('tellPainted', (at: number) => painted.push(at));
    await page.addInitScript({ content: WATCH_CANVAS });
    await page.exposeFunction('codeAutomationLog', (_type: string, [text]: unknown[]) => {
      if (typeof text === 'string' && text.startsWith(MARK)) {
        notes.push(JSON.parse(text.slice(MARK.length)) as WindowNote);
      }
    });
    const ended = new Promise<void>((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', () => resolve());
      setTimeout(() => reject(new Error(`the window has not ended after ${PATIENCE} ms`)), PATIENCE).unref();
    });
    await page.goto(tools.windowAddress(server.origin, workspace.folder, entry));
    await ended;
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
  const failure = notes.find((note) => note.kind === 'failed');
  if (failure) throw new Error(failure.message);
  return { notes, painted };
}

/**
 * Milliseconds from the start of the command to the first picture: in a window that was opened some seconds ago, and again
 * after the engine's process was killed.
 */
async function clickTimes(tools: Harness, entry: string, one: WindowCase): Promise<[number, number]> {
  const { notes, painted } = await inWindow(tools, entry, { kind: 'click', case: one });
  const commands = notes.filter((note) => note.kind === 'command');
  if (commands.map(({ engine }) => engine).join() !== 'true,false') {
    throw new Error(`${one.title}: expected an engine at the first command, none at the second`);
  }
  const [first, again] = commands.map(({ at }, i) => {
    const before = commands[i + 1]?.at ?? Infinity;
    const picture = painted.find((time) => time >= at && time < before);
    if (picture === undefined) throw new Error(`${one.title}: nothing was painted`);
    return picture - at;
  });
  return [first, again];
}

async function measureClicks(tools: Harness, entry: string): Promise<void> {
  const all = new Map<string, [number, number][]>(cases.map(({ title }) => [title, []]));
  for (let window = 0; window < WINDOWS; window++) {
    for (const one of cases) all.get(one.title)!.push(await clickTimes(tools, entry, one));
  }
  const rows = [...all].map(([title, samples]) => {
    const { median, least, most } = timing(samples.map(([first]) => first));
    return [title, ms(median), ms(least), ms(most), ms(timing(samples.map(([, again]) => again)).median)];
  });
  printTable(['command to first picture', 'median', 'least', 'most', 'median without engine'], rows);
  figure(
    'load of the machine in the last minutes',
    loadavg()
      .map((load) => load.toFixed(1))
      .join(', '),
  );
  for (const { title } of cases) {
    const { median, most } = timing(all.get(title)!.map(([first]) => first));
    const measured = `median ${ms(median)}, most ${ms(most)}`;
    const name = `click to first picture in VS Code, ${title}`;
    if (title.includes('10,000')) goal(name, measured, '≤ 1 s', median <= 1000);
    else figure(name, measured);
  }
}

async function measureBlocks(tools: Harness, entry: string, folder: string): Promise<void> {
  const models = (await readdir(MNIST_MODELS)).filter((name) => name.endsWith('.onnx')).sort();
  const one = mnistCase(
    'MNIST, 60,000',
    'train',
    models.map((name) => path.join(MNIST_MODELS, name)),
  );
  const order: WindowOrder = { kind: 'work', case: one, out: path.join(folder, 'exported') };
  const { notes } = await inWindow(tools, entry, order);
  const blocks = notes.filter((note) => note.kind === 'block');
  const rows = blocks.map(({ doing, block, took }) => [doing, ms(block.wall), ms(block.own), ms(took)]);
  printTable(['while', 'longest block', 'less waiting for a processor', 'took'], rows);
  const [idle, ...work] = blocks;
  const longest = (of: (block: LongestBlock) => number) =>
    work.toSorted((one, other) => of(other.block) - of(one.block))[0];
  const own = longest((block) => block.own);
  const measured = `${ms(own.block.own)} (${own.doing})`;
  goal('longest block of the extension host, MNIST 60,000', measured, '≤ 50 ms', own.block.own <= 50);
  const wall = longest((block) => block.wall);
  figure('the same with waiting for a processor', `${ms(wall.block.wall)} (${wall.doing})`);
  figure('the same while nothing is done', `${ms(idle.block.own)}, with waiting ${ms(idle.block.wall)}`);
}

bench('The window of VS Code', async () => {
  const tools = await harness();
  const obstacle = tools.hostObstacle();
  if (obstacle) {
    console.log(`  skipped: ${obstacle}`);
    figure('click to first picture in VS Code, blocks of the extension host', `skipped: ${obstacle}`);
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  try {
    const entry = await tools.bundleForHost('test/bench/windowHost.ts');
    await measureClicks(tools, entry);
    await measureBlocks(tools, entry, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
