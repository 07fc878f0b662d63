import path from 'node:path';
import { Option, type Command } from 'commander';
import { InputError } from '../core/errors';
import { renderPng } from '../draw/writePng';
import { parseResolution } from '../engine/analysis/analyse';
import type { ColourBy } from '../protocol/state';
import { drawSnapshot } from '../engine/scenes/drawSnapshot';
import { writeFileAtomically } from '../runs/atomic';
import { openRun, snapshotIndex } from '../runs/readRun';
import { interruptSignal } from './interrupt';
import { anyNumber, wholeNumber } from './numbers';
import { say } from './terminal';
import { ProgressBar } from './progress';

interface DrawOptions {
  epoch?: number;
  view: 'flow' | 'partition';
  color?: ColourBy;
  resolution: string;
  budget: number;
  width?: number;
  height?: number;
  theme: 'light' | 'dark';
  pixelRatio: number;
  out: string;
}

const EXAMPLES = `
Examples:
  apd draw runs/iris --out iris.svg
  apd draw runs/iris --epoch 3 --color correct --out iris.png
  apd draw runs/mnist --view partition --out partition.png
  apd draw runs/wide --resolution 48 --out wide.svg`;

/** `apd draw`: a picture of one snapshot. */
export function addDraw(program: Command): void {
  program
    .command('draw')
    .description('draw the diagram of a snapshot as SVG or PNG')
    .argument('<run>', 'a run folder')
    .requiredOption('--out <file>', 'the picture: .svg or .png')
    .option('--epoch <n>', 'epoch of the snapshot (the last one when left out)', anyNumber)
    .addOption(
      new Option('--view <view>', 'flow: patterns and paths; partition: by information gain')
        .choices(['flow', 'partition'])
        .default('flow'),
    )
    .addOption(
      new Option('--color <by>', 'what colours stand for (labels when there are any)').choices([
        'label',
        'output',
        'correct',
      ]),
    )
    .option('--resolution <r>', 'nodes of a level: auto, exact, or a number of prototypes', 'auto')
    .option('--budget <n>', 'most blocks of a level', wholeNumber(2), 64)
    .option('--width <n>', 'width of the picture', wholeNumber(320))
    .option('--height <n>', 'height of the picture', wholeNumber(240))
    .addOption(
      new Option('--theme <theme>', 'colours of the page').choices(['light', 'dark']).default('light'),
    )
    .option('--pixel-ratio <n>', 'pixels of a PNG for each unit of its size', anyNumber, 2)
    .addHelpText('after', EXAMPLES)
    .action(draw);
}

async function draw(folder: string, options: DrawOptions): Promise<void> {
  const format = path.extname(options.out).toLowerCase();
  if (format !== '.svg' && format !== '.png') {
    throw new InputError(options.out, `ends in '${format}', expected a picture file: .svg or .png`, '--out');
  }
  const { pixelRatio } = options;
  if (!(pixelRatio > 0 && pixelRatio <= 8)) {
    throw new InputError('--pixel-ratio', `is ${pixelRatio}, expected a number above 0 and up to 8`);
  }
  const run = await openRun(folder);
  const bar = new ProgressBar('Drawing');
  const svg = await drawSnapshot(
    run,
    snapshotIndex(run, options.epoch),
    {
      view: options.view,
      colour: options.color,
      resolution: parseResolution(options.resolution),
      budget: options.budget,
      width: options.width,
      height: options.height,
      theme: options.theme,
    },
    { onSnapshot: (done, all) => bar.update(done, all), signal: interruptSignal() },
  ).finally(() => bar.clear());
  await writeFileAtomically(options.out, format === '.svg' ? svg : await renderPng(svg, pixelRatio));
  say(`wrote ${options.out}`);
}
