import { formatQuantity, SIZE } from './units.js';

/** The parts of a configuration that must agree with one another. */
interface Related {
  profile: 'recorder' | 'kiosk' | 'archive';
  camera: {
    source: string;
    username: string | undefined;
    passwordFile: string | undefined;
    copy: boolean;
    audio: boolean;
    microphone: string | undefined;
    display: string;
    bitrateBitsPerSecond: number;
    stallMs: number;
    restartDelay: { initialMs: number; maxMs: number };
  };
  recording: {
    mode: 'video' | 'audio' | 'still';
    fragmentMs: number;
    preRecordMs: number;
    preRecordBytes: number;
  };
  uplink: Connection & { chunkSizeBytes: number; windowBytes: number; witness: string | undefined };
  archive: Connection & {
    embeddedBroker: { tls: object | undefined; enrolPort: number | undefined } | undefined;
  };
}

interface Connection {
  broker: string | undefined;
  username: string | undefined;
  passwordFile: string | undefined;
  tls: { certFile: string | undefined; keyFile: string | undefined } | undefined;
  backoff: { minMs: number; maxMs: number };
}

/** A setting that is fine by itself and wrong beside another. */
export interface Contradiction {
  key: string;
  /** The setting that makes it wrong; a message points there when `key` is not written. */
  because: string;
  message: string;
}

/** What contradicts itself in a configuration of which every single value is allowed. */
export function checkRelations(config: Related): Contradiction[] {
  return [
    ...checkCamera(config),
    ...checkMode(config),
    ...checkConnection('uplink', config.uplink),
    ...checkConnection('archive', config.archive),
    ...checkUplink(config),
    ...checkBrokerOfArchive(config),
  ];
}

function* checkCamera({ camera, recording }: Related): Generator<Contradiction> {
  if (camera.copy && camera.source === 'synthetic') {
    yield {
      key: 'camera.copy',
      because: 'camera.source',
      message: 'expected false with the synthetic camera, which has no encoder of its own',
    };
  }
  if (camera.passwordFile !== undefined && camera.username === undefined) {
    yield {
      key: 'camera.username',
      because: 'camera.passwordFile',
      message: 'expected a user name, because camera.passwordFile is set',
    };
  }
  if (camera.restartDelay.initialMs > camera.restartDelay.maxMs) {
    yield {
      key: 'camera.restartDelay.max',
      because: 'camera.restartDelay.initial',
      message: 'expected at least camera.restartDelay.initial',
    };
  }
  if (camera.stallMs <= recording.fragmentMs) {
    yield {
      key: 'camera.stall',
      because: 'recording.fragment',
      message: 'expected longer than recording.fragment, between two of which no data comes',
    };
  }
  const preRecordBytes = Math.ceil((camera.bitrateBitsPerSecond / 8) * (recording.preRecordMs / 1000));
  if (recording.mode === 'video' && !camera.copy && preRecordBytes > recording.preRecordBytes) {
    const needed = formatQuantity(SIZE, Math.ceil(preRecordBytes / 2 ** 20) * 2 ** 20);
    yield {
      key: 'recording.preRecordBytes',
      because: 'recording.preRecord',
      message: `expected at least ${needed}, which recording.preRecord takes at camera.bitrate`,
    };
  }
}

function* checkMode({ camera, recording: { mode } }: Related): Generator<Contradiction> {
  const display = camera.display !== 'false';
  if (camera.copy && (display || mode === 'still')) {
    yield {
      key: 'camera.copy',
      because: display ? 'camera.display' : 'recording.mode',
      message: display
        ? 'expected false, because camera.display draws into the picture and so has to encode it'
        : 'expected false, because recording.mode is still and single pictures have to be encoded',
    };
  }
  if (mode === 'audio' && display) {
    yield {
      key: 'camera.display',
      because: 'recording.mode',
      message: 'expected false, because recording.mode is audio and there is no picture',
    };
  }
  if (!camera.audio && (mode === 'audio' || camera.microphone !== undefined)) {
    yield {
      key: 'camera.audio',
      because: mode === 'audio' ? 'recording.mode' : 'camera.microphone',
      message: `expected true, because ${mode === 'audio' ? 'recording.mode is audio' : 'camera.microphone is set'}`,
    };
  }
  if (mode === 'audio' && camera.microphone === undefined && /^\/dev\//.test(camera.source)) {
    yield {
      key: 'camera.microphone',
      because: 'recording.mode',
      message: `expected an ALSA capture device, because recording.mode is audio and ${camera.source} gives no sound`,
    };
  }
}

function* checkConnection(name: string, { broker, username, passwordFile, tls, backoff }: Connection) {
  if (passwordFile !== undefined && username === undefined) {
    yield {
      key: `${name}.username`,
      because: `${name}.passwordFile`,
      message: `expected a user name, because ${name}.passwordFile is set`,
    };
  }
  if (tls !== undefined && broker !== undefined && !broker.startsWith('mqtts:')) {
    yield {
      key: `${name}.broker`,
      because: `${name}.tls`,
      message: `expected mqtts://, because ${name}.tls is set`,
    };
  }
  if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    const [missing, given] = tls.certFile === undefined ? ['certFile', 'keyFile'] : ['keyFile', 'certFile'];
    yield {
      key: `${name}.tls.${missing}`,
      because: `${name}.tls.${given}`,
      message: 'expected certFile and keyFile together',
    };
  }
  if (backoff.minMs > backoff.maxMs) {
    yield {
      key: `${name}.backoff.max`,
      because: `${name}.backoff.min`,
      message: `expected at least ${name}.backoff.min`,
    };
  }
}

function* checkUplink({ uplink }: Related): Generator<Contradiction> {
  if (uplink.chunkSizeBytes > uplink.windowBytes) {
    yield {
      key: 'uplink.windowBytes',
      because: 'uplink.chunkSize',
      message: 'expected at least uplink.chunkSize',
    };
  }
  if (uplink.broker !== undefined && uplink.witness === undefined) {
    yield {
      key: 'uplink.witness',
      because: 'uplink.broker',
      message: "expected the archive's vkey, because uplink.broker is set and no receipt could be verified",
    };
  }
}

function* checkBrokerOfArchive({ profile, archive }: Related): Generator<Contradiction> {
  const both = archive.embeddedBroker !== undefined && archive.broker !== undefined;
  const neither = archive.embeddedBroker === undefined && archive.broker === undefined;
  if (both || (neither && profile === 'archive')) {
    yield {
      key: 'archive.broker',
      because: 'profile',
      message: 'expected either archive.broker or archive.embeddedBroker',
    };
  }
  const { embeddedBroker } = archive;
  if (embeddedBroker?.enrolPort !== undefined && embeddedBroker.tls === undefined) {
    yield {
      key: 'archive.embeddedBroker.tls',
      because: 'archive.embeddedBroker.enrolPort',
      message: 'expected it to be set, because only a broker that asks for certificates has devices enrol',
    };
  }
}
