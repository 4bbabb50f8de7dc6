import { piecesEn } from './pieces.js';

/** What the doctor says in English. `DoctorWords` is made of it, so that another language has every sentence or does not compile. */
export const doctorEn = {
  title: {
    agent: 'agent',
    config: 'configuration',
    node: 'Node.js',
    upgrade: 'upgrade',
    ffmpeg: 'ffmpeg',
    ...piecesEn,
    firmware: 'its firmware',
    battery: 'battery',
    disk: 'disk space',
    endurance: 'disk endurance',
    fsync: 'disk latency',
    clock: 'clock',
    dns: 'broker: DNS',
    tcp: 'broker: TCP',
    tls: 'broker: TLS',
    mqtt: 'broker: MQTT',
    certificate: 'certificates',
    seal: 'sealing',
    archive: 'archive',
    journal: 'journal',
    backlog: 'backlog',
    kiosk: 'kiosk page',
    platform: 'platform',
    archiveKey: 'archive key',
    receiving: 'receiving',
    registry: 'devices',
    refused: 'refused lately',
    forks: 'forks',
    published: 'published folder',
  },
  result: { ok: 'ok', warning: 'WARNING', fault: 'FAULT', skipped: '-' },
  verdict: (faults: number, warnings: number, first: string) =>
    faults > 0
      ? `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}; begin with: ${first}`
      : warnings > 0
        ? `no fault, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
        : 'all is well',
  next: 'next',
  examining: 'examining …',
  watching: 'again and again; q ends it',
  ending: 'ends with this examination; q ends it at once',
  unseen: (count: number) => `${count} more are well or not configured: make the window taller to see them`,
  error: (message: string, _meaning: string) => message,
  notConfigured: 'not configured',
  notReached: (earlier: string) => `not tried: ${earlier} failed`,

  agentRuns: (pid: number, since: string) => `runs since ${since}, pid ${pid}`,
  agentNone: 'none runs on this data folder; the hardware was opened for this examination',
  asOwner: (user: string, folder: string) =>
    `as user ${user}, whose folder ${folder} is: root leaves nothing there`,
  agentMissing: 'none runs on this data folder',
  agentMissingNext: 'systemctl start liuhen.target; liuhen logs says why it ended',
  configRead: (profile: string, version: number) =>
    `${profile}, version ${version}; every file that it names is there`,
  configMissing: (key: string, path: string, problem: string) => `${key}: ${path}: ${problem}`,
  configMissingNext: 'put the file there, or correct the setting: liuhen config set KEY VALUE',
  nodeOld: (found: string, wanted: string) => `${found}, expected ${wanted}`,
  nodeNext: 'install the Node.js that the package names',
  upgradeTakenBack: (version: string) => `${version} did not pass its gate; the version before it runs`,
  upgradeCutOff: 'an upgrade was cut off; the version before it runs',
  upgradeNext:
    'journalctl -u liuhen-gate says why; then a newer package, or the same again: dpkg --configure liuhen',
  ffmpegMissing: (path: string) => `${path} could not be started`,
  ffmpegNext: 'apt install ffmpeg',
  ffmpegOld: (found: string, wanted: string) => `version ${found}, expected ${wanted} or later`,
  ffmpegWith: (version: string, encoders: string) => `version ${version}, with ${encoders}`,
  ffmpegLacks: (version: string, encoders: string) => `version ${version}, without ${encoders}`,
  ffmpegBuildNext: "install Debian's ffmpeg, or one that is built with these encoders",

  cameraGives: (source: string, rate: string) => `${source}: ${rate}`,
  cameraStill: (source: string, seconds: number) => `${source}: still pictures, the newest ${seconds} s ago`,
  cameraRate: (frames: string) => `${frames} frames a second`,
  cameraFootage: (seconds: string) => `${seconds} s of footage a second`,
  cameraSlow: (source: string, rate: string, wanted: number) => `${source}: ${rate}, expected ${wanted}`,
  cameraSlowNext: {
    v4l2: 'more light, a smaller picture or a better cable; camera.framesPerSecond says what is expected',
    rtsp: 'look at the network on the way to the camera, and with top at what this machine has to do; camera.framesPerSecond says what is expected',
    file: (path: string) =>
      `ffprobe ${path} says how large the film is; this machine keeps up with a smaller one, or a lower camera.framesPerSecond`,
    synthetic:
      'this machine keeps up with a smaller test picture: camera.width, camera.height, camera.framesPerSecond',
  },
  cameraSilent: (source: string, seconds: number) => `${source}: no footage in ${seconds} s`,
  cameraNext: {
    v4l2: 'plug it in; ls /dev/video* shows what is there; then liuhen config set camera.source /dev/videoN',
    rtsp: 'see that the camera has power and network; then its address in camera.source, camera.username and the password in camera.passwordFile',
    file: (path: string) =>
      `ffprobe ${path} says whether it is a film; then liuhen config set camera.source FILE`,
    synthetic:
      'ffmpeg makes the test picture; liuhen logs shows what it says, without an agent liuhen doctor --verbose',
  },
  cameraAbsent: (source: string, found: string) =>
    `${source} is not there; found ${found === '' ? 'no camera at all' : found}`,
  cameraWithout: (sentence: string) => `${sentence}`,
  cameraWithoutNext:
    'arecord -L lists microphones, fc-list fonts; camera.microphone, camera.audio and camera.display say what is asked of it',

  pieceSilent: (detail: string) => detail,
  serialNext: (piece: string) =>
    `plug it in; ls -l /dev/serial/by-id shows what is there; then liuhen config set hardware.${piece}.port PORT, or look at its baud rate`,
  gpioNext: 'gpiodetect shows chips by label; the user of the agent needs the group gpio',
  boardNext: 'look at cable and port; liuhen firmware info asks it directly',
  lineReads: (detail: string, active: boolean) => `${detail}: reads ${active ? 'active' : 'inactive'}`,
  lineToggles: (detail: string) => `${detail}: went on and off`,
  lineDriven: (detail: string, active: boolean) => `${detail}: ${active ? 'on' : 'off'}, as it is driven`,
  lineHeld: (detail: string, active: boolean) =>
    `${detail}: stays ${active ? 'active' : 'inactive'}, whatever it is driven to`,
  lineHeldNext:
    'something else drives it, or it is shorted: look at its wire, and at chip and line in the configuration',
  firmwareRuns: (version: string) => `version ${version}`,
  firmwareTrial: (version: string) => `version ${version}, on trial: any reset brings back the one before`,
  firmwareTrialNext: 'liuhen firmware confirm',
  firmwareNoKey: (version: string, why: string) => `version ${version}, and it cannot be updated: ${why}`,
  firmwareNoKeyNext: 'correct hardware.board.firmwareKeyFile, or the file it names',
  batteryNone: 'nothing tells',
  batteryIs: (percent: string, supply: string) => `${percent}, ${supply}`,
  batteryPercent: (percent: number) => `${percent} %`,
  batteryUnknown: 'charge unknown',
  batteryCharging: 'charging',
  batteryOn: { battery: 'on battery', external: 'on external power', unknown: 'supply unknown' },
  batteryNext: 'charge it',

  diskFree: (free: string, hours: string) => `${free} free above the reserve: ${hours} h of recording`,
  diskFull: (free: string, reserve: string) =>
    `${free} free, and ${reserve} of it are the reserve: nothing can be recorded`,
  diskNext:
    'bring it where it has a link to the archive: what has a receipt makes room; liuhen recordings shows what waits, du -xh / | sort -h | tail what else is large; on a small disk lower storage.reserve',
  enduranceUntold: 'this disk does not tell',
  enduranceLeft: (device: string, usedPercent: number) =>
    `${device}: about ${usedPercent} % of its life is used`,
  enduranceUrgent: (device: string) => `${device} has used up its spare blocks`,
  enduranceNext: 'replace the storage before it is read-only',
  fsyncTook: (median: string, longest: string) => `${median} ms a synced write, ${longest} ms the longest`,
  fsyncFailed: (message: string) => `a synced write failed: ${message}`,
  fsyncNext:
    'a fragment must be on disk before the next one comes: replace the card, or lengthen recording.fragment',

  clockIs: (wall: string, source: string) => `${wall} (${source})`,
  clockAhead: (wall: string, seconds: string) => `${wall}, ${seconds} s ahead of the archive's clock`,
  clockBehind: (wall: string, seconds: string) => `${wall}, ${seconds} s behind the archive's clock`,
  clockBehindWitness: (wall: string, witnessed: string) =>
    `${wall}, but the archive has signed at ${witnessed}`,
  clockBehindJournal: (wall: string, newest: string) => `${wall}, but the newest entry is of ${newest}`,
  clockBehindInstall: (wall: string, installed: string) =>
    `${wall}, but this program was installed at ${installed}`,
  clockNobody: (wall: string, source: string) => `${wall} (${source}): nothing has set it since the start`,
  clockNext: 'timedatectl set-ntp true, or set hardware.gnss; a wrong clock puts wrong times into evidence',

  dnsFound: (host: string, addresses: string) => `${host} is ${addresses}`,
  dnsAddress: (address: string) => `${address} is an address`,
  dnsFailed: (host: string, code: string) => `${host}: ${code}`,
  dnsNext: (host: string) =>
    `is there a network? getent hosts ${host}; cat /etc/resolv.conf; a wrong name: liuhen config set uplink.broker URL`,
  tcpOpen: (where: string, ms: string) => `${where} in ${ms} ms`,
  tcpFailed: (where: string, code: string) => `${where}: ${code}`,
  tcpNext: (host: string, port: number) =>
    `does the broker run? There: systemctl status mosquitto, and does its firewall let port ${port} in? From here: nc -vz ${host} ${port}; a wrong address: liuhen config set uplink.broker URL`,
  tlsNone: 'uplink.broker is mqtt://: not encrypted',
  tlsNoneNext: 'use mqtts:// unless this network is yours alone',
  tlsOpen: (protocol: string, until: string) => `${protocol}, its certificate is good until ${until}`,
  tlsFailed: (message: string) => message,
  tlsNext:
    'uplink.tls.caFile must hold the certificate that signed the broker’s; look at this machine’s clock too',
  mqttOpen: (level: number, ms: string) => `level ${level}, subscribed in ${ms} ms`,
  mqttFailed: (message: string) => message,
  mqttNext: 'the broker is there and does not let this device in: look at its log',

  certificateUntil: (file: string, until: string, days: number) => `${file} until ${until} (${days} days)`,
  certificateOver: (file: string, until: string) => `${file} ended at ${until}`,
  certificateEarly: (file: string, from: string) => `${file} begins at ${from}`,
  certificateKey: (file: string, setting: string) => `${file}: the key in ${setting} is another's`,
  certificateNext: 'liuhen provision renews it; look at this machine’s clock too',
  certificateEarlyNext:
    'timedatectl shows this machine’s clock, timedatectl set-ntp true sets it; if that is right, the clock that made the certificate is ahead',
  certificateNone: 'none is used',
  renewalFailed: (why: string) => `it is time to renew it, and that failed: ${why}`,
  renewalNext:
    'see that liuhen authority serve runs at the authority; liuhen provision --renew tries at once',

  sealed: (entry: number, ms: string) => `entry ${entry} is on disk and signed, after ${ms} ms`,
  archiveAnswers: (entry: number, ms: string) => `has cosigned entry ${entry} after ${ms} ms`,
  archiveReceipt: (recording: number) => `newest receipt: recording ${recording}`,
  archiveBehind: (entries: number) => `answers, and has ${entries} entries still to take in`,
  archiveSilent: (seconds: number) => `the broker took the entry, and no archive answered in ${seconds} s`,
  archiveSilentNext: (rootVkey: string) =>
    `does the archive run, and does it know this device? There: liuhen archive add '${rootVkey}' --data ARCHIVE_FOLDER`,
  archiveRefused: (counts: string, seconds: number) => `no answer that counts in ${seconds} s: ${counts}`,
  archiveRefusedNext: 'uplink.witness must be the vkey that liuhen archive init printed there',
  archiveFork: (message: string) => `the archive holds another history of this device: ${message}`,
  archiveForkNext: 'do not use this device; the archive’s folder forks/ holds the proof',

  journalSound: (entries: number, fragments: number) =>
    `${entries} entries and ${fragments} fragments, all as they should be`,
  journalBroken: (problems: string) => problems,
  journalNext: 'liuhen check shows all of it; keep the disk as it is, and export what can be exported',
  backlogNone: 'everything has a receipt',
  backlogIs: (recordings: number, hours: string, bytes: string, age: string) =>
    `${recordings} without a receipt: ${hours} h, ${bytes}, the oldest ${age} h old`,
  backlogNext: 'bring it where it has a link; uplink.bandwidth may be too low',
  kioskNotThis: 'this device is no kiosk',
  kioskNever: 'no page has been opened',
  kioskSilent: (seconds: number) => `the page has been silent for ${seconds} s`,
  kioskHidden: (path: string) => `${path} is open but not drawn`,
  kioskShows: (path: string, seconds: string) => `shows ${path}, heard ${seconds} s ago`,
  platformUnknown: 'known only while the agent runs',
  platformConnected: 'connected',
  platformNever: 'nothing was ever heard of it: the screen has no content',
  platformSilent: (since: string, hours: string) =>
    `nothing heard since ${since}, for ${hours} h: what hangs may be out of date`,
  platformHeard: (at: string, hours: string) => `last heard at ${at}, ${hours} h ago`,
  platformNext: 'the checks of the broker say how far the device gets; kiosk.silentAfter is the limit',
  platformStickNext:
    'bring content from the platform: liuhen board import FILE…; or set uplink.broker. kiosk.silentAfter is the limit',
  kioskNext: 'look at the screen and at the browser: systemctl status liuhen-kiosk-browser',

  archiveNone: 'none runs on this folder: nothing is taken in',
  archiveNoneNext: (data: string) =>
    `liuhen archive run --config FILE, or liuhen archive run --data ${data} --embedded-broker`,
  archiveOnlyRunning: 'known only while the archive runs',
  archiveOwnBroker: 'its own broker runs only with the archive',
  archiveNeverRan: 'this archive has never run',
  archiveFree: (free: string, percent: string) => `${free} free above the reserve, ${percent} % of the disk`,
  archiveFull: (free: string, reserve: string) =>
    `${free} free, and ${reserve} of it are the reserve: journals are taken in, footage is not`,
  archiveDiskNext: 'add a larger disk; devices keep what has no receipt and send it again',
  archiveFsyncNext: 'each cosignature waits for a synced write: put the folder on a faster disk',
  archiveCertificateNext:
    'liuhen authority init --help says how the certificates of a broker are made; look at this machine’s clock too',
  archiveClockNext:
    'timedatectl set-ntp true: this clock dates every cosignature, and devices are held against it',
  clockBehindOwn: (wall: string, signed: string) => `${wall}, but this archive has signed at ${signed}`,
  archiveOnline: (broker: string, there: number, all: number) =>
    `listens at ${broker}; ${there} of ${all} devices are connected`,
  archiveOffline: (broker: string, why: string) => `not connected to ${broker}: ${why}`,
  archiveOfflineNext:
    'the broker has to let the archive in and let it read all devices: the steps above say how far it is reached',
  andMore: (count: number) => `and ${count} more`,
  registryAll: (count: number) => `${count} registered, each heard at least once`,
  registryNone: 'no device is registered',
  registryNext: (data: string) =>
    `liuhen archive add ROOT_VKEY --data ${data}; liuhen init and liuhen provision print that key`,
  registryStrays: (names: string) => `in devices/, without a root key: ${names}`,
  registryBrokenNext:
    'restore devices/NAME/root from the backup, or move the folder away if the device was never one of yours',
  registrySilent: (count: number, names: string) => `${count} registered; never heard of: ${names}`,
  registrySilentNext:
    'on the device: liuhen doctor says how far it gets; is its uplink.broker this archive’s?',
  refusedNone: 'nobody who is not registered has sent anything lately',
  refusedDevice: (device: string, messages: number, last: string) =>
    `${device}: ${messages} messages, the last at ${last}`,
  lastHeard: (device: string, at: string) => `${device}: last heard at ${at}`,
  deviceWaits: (heard: string, recordings: number, bytes: string, hours: string) =>
    `${heard}; footage of ${recordings} ${recordings === 1 ? 'recording' : 'recordings'} to come (${bytes}), the oldest ${hours} h old`,
  deviceWaitsNext: 'bring the device where it has a link; on it, liuhen doctor says what holds it up',
  devicesQuiet: (names: string, days: string) => `silent for more than ${days} days: ${names}`,
  devicesQuietNext:
    'find the device; one that is given up is taken away with liuhen authority revoke. archive.silentAfter is the limit',
  archiveHasAll: 'all footage that the journals name is here',
  archiveAwaits: (recordings: number, bytes: string) =>
    `footage of ${recordings} ${recordings === 1 ? 'recording' : 'recordings'} to come (${bytes}), none older than a day`,
  forkKept: (device: string, count: number, folder: string) =>
    `${device} signed two histories: ${count} in ${folder}`,
  forksNone: 'none',
  forksNext:
    'take the device out of use and keep it as it is; each file is a proof by itself. What was cosigned before stands',
  publishedAll: (count: number) => `of ${count} ${count === 1 ? 'device' : 'devices'}, as the store has it`,
  publishedBehind: (entries: number) => `${entries} entries of the store are not in the folder yet`,
  publishedBehindNext: 'start the archive: it publishes what is missing',
  publishedAhead: (size: number, stored: number) => `its checkpoint has ${size} entries, the store ${stored}`,
  publishedRoot: (size: number) => `its checkpoint of ${size} entries is not that of the store`,
  publishedLacks: (path: string) => `${path} is not what the store says`,
  publishedFootage: (path: string, found: number, wanted: number) =>
    `${path} has ${found} bytes, expected ${wanted}`,
  publishedNext:
    'keep both as they are; restart the archive, which asks devices again for footage that is gone, then restore the rest from the backup',
};

export type DoctorWords = typeof doctorEn;
