import type { Logger } from 'pino';
import { readSecret } from '../../config/file.js';
import type { Config } from '../../config/load.js';
import { displayItems, withCredentials } from '../../config/shapes.js';
import { type Camera, type CameraDisplay, ffmpegCamera, parseCameraSource } from '../../drivers/camera.js';

/** The camera that a configuration describes. Throws LIUHEN_CONFIG for its password file, LIUHEN_CAMERA for a file that is not there. */
export function configuredCamera(config: Config, log: Logger): Camera {
  const { source, username, passwordFile, display, displayZone, ...camera } = config.camera;
  const { mode, stillEveryMs, fragmentMs } = config.recording;
  const password = passwordFile === undefined ? undefined : readSecret(passwordFile, 'camera.passwordFile');
  const url = username === undefined ? source : withCredentials(source, username, password ?? '');
  return ffmpegCamera(
    {
      ...camera,
      ...{ mode, stillEveryMs, fragmentMs },
      source: parseCameraSource(url),
      display: displayOf(display, displayZone, config.device.id),
    },
    (line) => log.debug({ camera: line }, 'camera'),
    (shortcoming) => log.warn(shortcoming),
  );
}

function displayOf(written: string, zone: 'local' | 'utc', device: string): CameraDisplay {
  const items = displayItems(written) ?? [];
  return {
    time: items.includes('time') ? zone : undefined,
    device: items.includes('device') ? device : undefined,
    officer: items.includes('officer'),
  };
}
