import { version } from '@tensorflow/tfjs-core/package.json';
import { nativeBackendStatus, nativeInstallCommand, type InstallCommand } from './nativeBackend';

/** Whether the native backend is installed in one of some folders, in words for the user. */
export function describeNativeBackend(folders: string[]): {
  installed: boolean;
  version?: string;
  folder?: string;
  reason: string;
} {
  const status = nativeBackendStatus(folders, version);
  switch (status.state) {
    case 'installed':
      return {
        installed: true,
        version: status.version,
        folder: status.folder,
        reason: `version ${status.version} is in ${status.folder}`,
      };
    case 'absent':
      return { installed: false, reason: 'it is not installed' };
    case 'broken':
      return { installed: false, version: status.version, folder: status.folder, reason: status.reason };
  }
}

/** How the native backend that goes with this TensorFlow.js is installed into a folder. */
export function installNativeBackend(folder: string): InstallCommand {
  return nativeInstallCommand(folder, version);
}
