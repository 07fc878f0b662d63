import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../core/errors';
import { readFully, withFile } from '../../../data/files/fileAccess';
import { followTextLink, readModelFile } from '../../modelFile';
import { plainLocation } from './locations';
import type { ExternalReference, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './proto';

/** A file beside the model, as ONNX Runtime takes it. */
export interface ExternalFile {
  /** Its path as the model names it, without detours. */
  path: string;
  data: Uint8Array;
}

/** Every tensor of some nodes' attributes and bodies. */
function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const node of nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.t) yield attribute.t;
      for (const body of attribute.graphs) yield* tensorsOfGraph(body);
    }
  }
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers.values();
  yield* tensorsOfNodes(graph.nodes);
}

/** Where the model's external tensors lie, by file. */
function referencesByFile(model: OnnxModel): Map<string, ExternalReference[]> {
  const files = new Map<string, ExternalReference[]>();
  const take = (tensors: Iterable<OnnxTensor>): void => {
    for (const { external } of tensors) {
      if (!external) continue;
      const references = files.get(external.location);
      if (references) references.push(external);
      else files.set(external.location, [external]);
    }
  };
  take(tensorsOfGraph(model.graph));
  for (const definition of model.functions) take(tensorsOfNodes(definition.nodes));
  return files;
}

/** Whether a path leads out of the folder it starts from, on any system. */
function escapes(location: string): boolean {
  const parts = location.split(/[/\\]/);
  return (
    location === '' ||
    location.includes('\0') ||
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    parts.includes('..')
  );
}

/**
 * The file beside a model that the model names. A symbolic link is followed, as those of the Hugging Face cache: it is the
 * user's own, while the name is whoever's who made the model.
 * @throws InputError when the name leads out of the model's folder
 */
function fileBeside(modelPath: string, location: string): string {
  if (escapes(location)) {
    throw new InputError(
      modelPath,
      `has its weights in '${location}', expected a file in the model's own folder`,
    );
  }
  return path.join(path.dirname(modelPath), location);
}

/**
 * Reads the files that hold a model's weights beside it.
 * @param modelPath the model's own path, as the user named it
 * @throws InputError when a file is missing, too short, or not in the model's folder
 */
export async function readExternalData(modelPath: string, model: OnnxModel): Promise<ExternalFile[]> {
  const files = new Map<string, ExternalFile>();
  for (const [location, references] of referencesByFile(model)) {
    const file = fileBeside(modelPath, location);
    const { bytes } = await readModelFile(file, `the weights of ${modelPath}`);
    const needed = references.reduce((most, { offset, length }) => Math.max(most, offset + (length ?? 0)), 0);
    if (needed > bytes.length) {
      throw new InputError(file, `has ${bytes.length} bytes, expected ${needed} as ${modelPath} says`);
    }
    const plain = plainLocation(location);
    files.set(plain, { path: plain, data: bytes });
  }
  return [...files.values()];
}

/** Whether the model names a file in a way that engines do not look it up by. */
export function hasDetours(model: OnnxModel): boolean {
  return [...referencesByFile(model).keys()].some((location) => location !== plainLocation(location));
}

/** Constants of more bytes than this are weights. */
const LARGEST_CONSTANT = 2 ** 20;

/** Reads one piece of a file; undefined where the file is missing or too short, which opening the model tells. */
async function readPiece(file: string, offset: number, length: number): Promise<Uint8Array | undefined> {
  const target = await followTextLink(file);
  const found = await stat(target).catch(() => undefined);
  if (!found?.isFile() || found.size < offset + length) return undefined;
  const bytes = new Uint8Array(length);
  await withFile(target, (handle) => readFully(handle, target, bytes, offset));
  return bytes;
}

/**
 * Fills in the bytes of small constants that lie in a file beside the model, such as the bounds of a Clip: what an
 * activation is depends on them.
 * @throws InputError when the model names a file outside its folder
 */
export async function readSmallConstants(modelPath: string, model: OnnxModel): Promise<void> {
  for (const tensor of tensorsOfGraph(model.graph)) {
    const { external } = tensor;
    if (!external?.length || external.length > LARGEST_CONSTANT) continue;
    const file = fileBeside(modelPath, external.location);
    external.bytes = await readPiece(file, external.offset, external.length);
  }
}
