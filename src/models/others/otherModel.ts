import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { isSafetensors } from '../../data/arrays/safetensors';
import { readFully, withFile } from '../../data/files/fileAccess';
import { exportLines, replayCommand, type OtherKind } from './exportLines';

/** A model that is not opened here, with the ways on. */
export interface OtherModel {
  kind: OtherKind;
  /** What it is and what to do, as a sentence that goes on behind the file's name: `is a checkpoint of PyTorch, …`. */
  problem: string;
  /** Lines that make a file of it that is opened here. */
  lines: string[];
  /** Command that records it with Python. */
  replay?: string;
}

/** Bad input that Python opens. */
export class OtherModelError extends InputError {
  constructor(
    source: string,
    readonly other: OtherModel,
  ) {
    super(source, other.problem);
  }
}

/** Bytes of a file's beginning and end that are looked at. The list of an archive's members lies at its end. */
const HEAD = 4096;
const TAIL = 2 ** 20;

const RECORD_OR_EXPORT = 'record it with the Python recorder, or export the model to ONNX';

/** What each kind is, and what to do with it. */
const problems: Readonly<Record<OtherKind, string>> = {
  'torch weights': `is a checkpoint of PyTorch, weights without their network: ${RECORD_OR_EXPORT}`,
  'torch checkpoint': `is a checkpoint of PyTorch, weights without their network: ${RECORD_OR_EXPORT}`,
  safetensors: `is a safetensors file, weights without their network: ${RECORD_OR_EXPORT}`,
  'torch module':
    'is a module of PyTorch, whose network is code that is not in the file: export the model to ONNX',
  'torch script': 'is a TorchScript model, which is not opened here: export it to ONNX',
  'torch program': 'is a program of torch.export, which is not opened here: export it to ONNX',
  'saved model': 'is a SavedModel of TensorFlow, which is not opened here: convert it to ONNX by tf2onnx',
  'frozen graph': 'is a graph of TensorFlow, which is not opened here: convert it to ONNX by tf2onnx',
  tflite: 'is a TensorFlow Lite model, which is not opened here: convert it to ONNX by tf2onnx',
  'keras weights': 'holds weights of Keras and no network: load them into the model and save it whole',
  'tensorflow weights':
    'is a checkpoint of TensorFlow, weights without their network: load them into the model and save it whole',
  ort: 'is in the ORT format of ONNX Runtime, which is not opened here: give the ONNX file that it was made from',
  sklearn: 'is a pickled scikit-learn model, which is not opened here: export it to ONNX by skl2onnx',
  pickle:
    'is a pickle of Python, whose content is code: export the model that is in it to ONNX, or record its training with Python',
};

/** Beginning of what torch.save wrote before PyTorch 1.6: its magic number, pickled. */
const OLD_TORCH = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

/** The kind of an archive, by the names of its members and the pickle that it begins with. */
function kindOfArchive(head: string, tail: string): OtherKind | undefined {
  if (/\/(archive_format|serialized_exported_program\.json)/.test(tail)) return 'torch program';
  if (/\/code\/__torch__|\/constants\.pkl/.test(tail)) return 'torch script';
  return tail.includes('/data.pkl') ? kindOfTorch(head) : undefined;
}

/** What torch.save wrote, by the classes and names in the beginning of its pickle. */
function kindOfTorch(head: string): OtherKind {
  if (/ctorch\.nn\.modules|c__main__\n/.test(head)) return 'torch module';
  return weightsKey(head) === undefined ? 'torch weights' : 'torch checkpoint';
}

/** Under which name a checkpoint has the weights of the model, beside those of the optimizer. */
function weightsKey(head: string): string | undefined {
  return /(?<![a-z_])(model_state_dict|state_dict)/.exec(head)?.[1];
}

/** Bytes that a pickle begins with: its protocol. */
const pickles = [2, 3, 4, 5].map((protocol) => `\x80${String.fromCharCode(protocol)}`);

/** What compressed pickles of joblib begin with: zlib, gzip, bzip2, xz, LZ4. */
const compressed = ['x', '\x1f\x8b', 'BZ', '\xfd7z', '\x04\x22'];

const beginsWithOne = (head: string, beginnings: readonly string[]): boolean =>
  beginnings.some((beginning) => head.startsWith(beginning));

/** The kind of a file by its first and last bytes; by its name where these say too little. */
function kindOf(head: string, tail: string, name: string): OtherKind | undefined {
  if (head.startsWith('PK\x03\x04')) return kindOfArchive(head, tail);
  if (head.startsWith(OLD_TORCH)) return kindOfTorch(head);
  if (head.startsWith('TFL3', 4)) return 'tflite';
  if (head.startsWith('ORTM', 4)) return 'ort';
  if (isSafetensors(Buffer.from(head, 'latin1'))) return 'safetensors';
  if (beginsWithOne(head, pickles)) return head.includes('sklearn.') ? 'sklearn' : 'pickle';
  const ending = path.extname(name).toLowerCase();
  if (ending === '.joblib' && beginsWithOne(head, compressed)) return 'pickle';
  // A SavedModel begins with the version of its schema, a graph with its first node; ONNX with another version.
  if (ending === '.pb' && head.startsWith('\x08\x01\x12')) return 'saved model';
  if (ending === '.pb' && head.startsWith('\n')) return 'frozen graph';
  return /\.(index|data-\d{5}-of-\d{5})$/.test(name) ? 'tensorflow weights' : undefined;
}

/** First and last bytes of a file, a character a byte. @throws InputError where it cannot be read */
function endsOf(file: string): Promise<{ head: string; tail: string }> {
  return withFile(file, async (handle) => {
    const { size } = await handle.stat();
    const part = async (start: number, length: number): Promise<string> => {
      const bytes = Buffer.alloc(length);
      await readFully(handle, file, bytes, start);
      return bytes.toString('latin1');
    };
    const head = await part(0, Math.min(size, HEAD));
    const isArchive = head.startsWith('PK');
    return { head, tail: isArchive ? await part(Math.max(0, size - TAIL), Math.min(size, TAIL)) : '' };
  });
}

/** Who opens a file that cannot be read says why. */
function orNothing(error: unknown): { head: string; tail: string } {
  if (error instanceof InputError) return { head: '', tail: '' };
  throw error;
}

/**
 * Tells a model file (or the folder of a SavedModel) that is not opened here, by its content.
 * @param file as the user named it
 * @returns undefined for what may be opened, or cannot be read
 */
export async function otherModelOf(file: string): Promise<OtherModel | undefined> {
  const info = await stat(file).catch(() => undefined);
  let kind: OtherKind | undefined;
  let key: string | undefined;
  if (info?.isDirectory()) {
    const inside = await stat(path.join(file, 'saved_model.pb')).catch(() => undefined);
    kind = inside?.isFile() ? 'saved model' : undefined;
  } else if (info?.isFile()) {
    const { head, tail } = await endsOf(file).catch(orNothing);
    kind = kindOf(head, tail, path.basename(file));
    key = weightsKey(head);
  }
  if (kind === undefined) return undefined;
  // The SavedModel is its folder.
  return otherModel(kind, kind === 'saved model' && info?.isFile() ? path.dirname(file) : file, key);
}

function otherModel(kind: OtherKind, file: string, key?: string): OtherModel {
  const replay = replayCommand(kind, file);
  const lines = exportLines(kind, file, key);
  return { kind, problem: problems[kind], lines, ...(replay === undefined ? {} : { replay }) };
}

/** The weights of a Keras model, which only their content tells from a whole model. */
export function kerasWeights(file: string): OtherModel {
  return otherModel('keras weights', file);
}

/**
 * Lets through what may be opened.
 * @throws OtherModelError for a model that is not opened here, with the ways on
 */
export async function refuseOthers(file: string): Promise<void> {
  const other = await otherModelOf(file);
  if (other) throw new OtherModelError(file, other);
}
