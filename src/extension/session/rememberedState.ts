import Ajv, { type ValidateFunction } from 'ajv';
import { initialState, type ViewState } from '../../protocol/state';
import { rememberedStateSchema } from '../../protocol/viewStateSchema';

type Remembered = Partial<ViewState>;

let compiled: ValidateFunction<Remembered> | undefined;

/** A state that was persisted, if this version can read it: the storage of a window may be anybody's, or of a later version. */
export function readRemembered(value: unknown): ViewState | undefined {
  // Not before it is needed: compiling takes milliseconds that the start would wait for.
  const isRemembered = (compiled ??= new Ajv().compile<Remembered>(rememberedStateSchema));
  return isRemembered(value) ? { ...initialState, ...value } : undefined;
}
