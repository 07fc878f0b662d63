import { InputError } from '../../core/errors';
import type { ModelOptions } from '../options';
import type { ModelInput, ModelOutput } from '../runner';
import { outputKind } from './outputs';
import type { OnnxValue } from './proto/proto';
import { elementCount } from '../../core/shape';
import { wordedFor } from '../../core/audience';

/** What a trial run showed of an output, and what is known of the data. */
export interface ShownOutput {
  value: OnnxValue;
  dims: readonly number[];
  /** Instances of the trial run. */
  rows: number;
  /** Whether its values are a sigmoid's. */
  sigmoid: boolean;
  input: ModelInput;
  options: Pick<ModelOptions, 'outputAs' | 'labelClasses'>;
  /** Names of the classes, where the model tells them. */
  classNames?: readonly string[];
}

/** Fewer numbers than this that are as many as the input's are rather scores than the input made anew. */
const FEWEST_ANEW = 16;

/** Numbers of one instance; undefined where the first axis does not count the instances, or several axes are left. */
function columnsShown({ dims, rows }: ShownOutput): number | undefined {
  const wide = dims.slice(1).filter((size) => size !== 1);
  return dims[0] !== rows || wide.length > 1 || wide.includes(0) ? undefined : (wide[0] ?? 1);
}

/** Whether an output is as large as the input, as that of an autoencoder, and labels do not say that it is scores. */
function isInputAnew({ input, options }: ShownOutput, columns: number): boolean {
  const size = elementCount(input.shape);
  return columns === size && columns >= FEWEST_ANEW && options.labelClasses !== columns;
}

/** An output that says nothing of a whole instance. */
function noOutput(name: string, why: string): { output: ModelOutput; notices: string[] } {
  const notice = `Output '${name}' ${why}: it is no class of an instance, so no outputs are recorded.`;
  return { output: { name, kind: 'none' }, notices: [notice] };
}

/**
 * How an output is read, as far as its shape, its type and the labels tell; never as classes what is none.
 * @throws InputError where it cannot be read as is asked for
 */
export function readingOf(shown: ShownOutput): { output: ModelOutput; notices: string[] } {
  const { value, options, sigmoid, dims, classNames } = shown;
  const { name } = value;
  const asked = options.outputAs;
  if (asked === 'none') return { output: { name, kind: 'none' }, notices: [] };
  const columns = columnsShown(shown);
  const shape = `[${dims.join(', ')}]`;
  if (columns === undefined) {
    if (asked === undefined) return noOutput(name, `has shape ${shape} for ${shown.rows} instances`);
    throw new InputError('output-as', `output '${name}' has shape ${shape}, expected one row an instance`);
  }
  const output = outputKind(value, columns, sigmoid);
  if (output.kind === 'class') {
    if (columns === 1) return { output: { ...output, classNames }, notices: [] };
    return noOutput(name, `gives ${columns} whole numbers an instance`);
  }
  const threshold = sigmoid ? 0.5 : 0;
  if (asked === 'value') return { output: { name, kind: 'value', columns }, notices: [] };
  if (asked === 'labels') return { output: { name, kind: 'labels', columns, threshold }, notices: [] };
  if (asked === undefined && isInputAnew(shown, columns)) {
    return noOutput(name, `is as large as the input (${columns} numbers), as an autoencoder's`);
  }
  if (output.kind === 'logit' && asked === undefined && options.labelClasses !== undefined) {
    return oneNumber(output, options.labelClasses);
  }
  return manyNumbers({ ...output, classNames }, shown, columns);
}

/** One number without a sigmoid: the score of class 1 where there are two classes, else a value. */
function oneNumber(output: ModelOutput, labelClasses: number): { output: ModelOutput; notices: string[] } {
  if (labelClasses === 1 || labelClasses === 2) return { output, notices: [] };
  const { name } = output;
  const why =
    labelClasses === 0
      ? 'there are no labels'
      : Number.isFinite(labelClasses)
        ? `the labels are of ${labelClasses} kinds`
        : 'the labels are numbers';
  return {
    output: { name, kind: 'value', columns: 1 },
    notices: [
      `Output '${name}' is one number an instance and ${why}: it is recorded as a value. ` +
        wordedFor({
          commandLine: '--output-as class reads it as the score of class 1.',
          window: 'The command line can read it as the score of class 1.',
        }),
    ],
  };
}

/** Scores of classes; several sigmoids without labels are as many answers. */
function manyNumbers(
  output: ModelOutput,
  { sigmoid, options }: ShownOutput,
  columns: number,
): { output: ModelOutput; notices: string[] } {
  if (!sigmoid || columns === 1) return { output, notices: [] };
  if (options.labelClasses === 0 && options.outputAs === undefined) {
    const { name } = output;
    return {
      output: { name, kind: 'labels', columns, threshold: 0.5 },
      notices: [
        `Output '${name}' is ${columns} sigmoids and there are no labels: those above ½ are recorded as its labels.`,
      ],
    };
  }
  return { output, notices: [`The largest of ${columns} sigmoid outputs is taken as class.`] };
}
