/** Kinds of files that hold a model of others, or the weights of one. */
export type OtherKind =
  | 'torch weights'
  | 'torch checkpoint'
  | 'torch module'
  | 'torch script'
  | 'torch program'
  | 'safetensors'
  | 'saved model'
  | 'frozen graph'
  | 'tflite'
  | 'keras weights'
  | 'tensorflow weights'
  | 'ort'
  | 'sklearn'
  | 'pickle';

/** A text in Python. */
const quoted = (text: string): string => JSON.stringify(text);

const EXPORT_COMMENT = '  # model: the network as your training makes it; x: its input';

/** A command for a terminal, of a program that has its own options. */
function command(program: string, options: Readonly<Record<string, string>>, ...rest: string[]): string {
  const given = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  return [program, ...given, ...rest].join(' ');
}

const CONVERTER = 'python -m tf2onnx.convert';

/** Lines that put weights into a model of PyTorch and export it. */
function torchLines(load: string[], onnx: string): string[] {
  return [...load, `torch.onnx.export(model.eval(), x[:1], ${quoted(onnx)})${EXPORT_COMMENT}`];
}

/**
 * Lines that make an ONNX file of a model file: Python, or a command for a terminal.
 * @param file as the user named it
 * @param key under which a checkpoint has the weights
 */
export function exportLines(kind: OtherKind, file: string, key = 'state_dict'): string[] {
  const name = quoted(file);
  const onnx = file.replace(/(\.weights)?\.\w+$/, '') + '.onnx';
  switch (kind) {
    case 'torch weights':
      return torchLines(
        ['import torch', `model.load_state_dict(torch.load(${name}, map_location="cpu", weights_only=True))`],
        onnx,
      );
    case 'torch checkpoint':
      return torchLines(
        [
          'import torch',
          `model.load_state_dict(torch.load(${name}, map_location="cpu", weights_only=True)[${quoted(key)}])`,
        ],
        onnx,
      );
    case 'safetensors':
      return torchLines(
        ['import torch, safetensors.torch', `model.load_state_dict(safetensors.torch.load_file(${name}))`],
        onnx,
      );
    case 'torch module':
      return torchLines(
        ['import torch', `model = torch.load(${name}, map_location="cpu", weights_only=False)`],
        onnx,
      );
    case 'torch script':
      return [
        'import torch',
        `model = torch.jit.load(${name}, map_location="cpu").eval()`,
        `torch.onnx.export(model, x[:1], ${quoted(onnx)}, dynamo=False)  # x: its input`,
      ];
    case 'torch program':
      return [
        'import torch',
        `program = torch.export.load(${name})`,
        `torch.onnx.export(program, (), ${quoted(onnx)}, dynamo=True)`,
      ];
    case 'saved model':
      return [command(CONVERTER, { 'saved-model': name, output: quoted(onnx) })];
    case 'frozen graph':
      return [
        command(CONVERTER, { graphdef: name, inputs: 'INPUT:0', outputs: 'OUTPUT:0', output: quoted(onnx) }),
      ];
    case 'tflite':
      return [command(CONVERTER, { tflite: name, output: quoted(onnx) })];
    case 'keras weights':
    case 'tensorflow weights': {
      const prefix = quoted(file.replace(/\.(index|data-\d+-of-\d+)$/, ''));
      const whole = quoted(onnx.replace(/\.onnx$/, '.keras'));
      return [
        `model.load_weights(${prefix})`,
        `model.save(${whole})  # model: the network as your training makes it`,
      ];
    }
    case 'sklearn':
      return [
        'import joblib, skl2onnx',
        `model = joblib.load(${name})`,
        `open(${quoted(onnx)}, "wb").write(skl2onnx.to_onnx(model, x[:1]).SerializeToString())  # x: its input`,
      ];
    case 'ort':
    case 'pickle':
      return [];
  }
}

/** The command that records checkpoints of PyTorch; undefined for other kinds. */
export function replayCommand(kind: OtherKind, file: string): string | undefined {
  const replayed: OtherKind[] = ['torch weights', 'torch checkpoint', 'safetensors'];
  if (!replayed.includes(kind)) return undefined;
  const name = /^[\w./\\=:-]+$/.test(file) ? file : quoted(file);
  const options = { model: 'train.py:make_model', data: 'train.py:load_data' };
  return command('python -m apd_recorder replay', options, name);
}
