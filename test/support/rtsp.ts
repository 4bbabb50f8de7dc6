import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A network camera of one picture track, RTP in the RTSP connection (RFC 2326), its pictures made by ffmpeg. */
export interface RtspCamera {
  url: string;
  /** Goes on accepting, and sends nothing more. */
  fallSilent(): void;
  /** Ends every connection after the next whole picture: half of one would be recorded as half. */
  hangUp(): void;
  close(): Promise<void>;
}

const SDP = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=camera',
  'c=IN IP4 0.0.0.0',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:track0',
  '',
].join('\r\n');

/** Serves `rtsp://127.0.0.1:PORT/live`; pictures begin with the first PLAY. */
export async function serveRtspCamera(): Promise<RtspCamera> {
  const viewers = new Set<Socket>();
  const connections = new Set<Socket>();
  const rtp = createSocket('udp4');
  rtp.bind(0, '127.0.0.1');
  await once(rtp, 'listening');
  rtp.on('message', (packet) => {
    const frame = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
    for (const viewer of viewers) viewer.write(Buffer.concat([frame, packet]));
    if (isHangingUp && endsPicture(packet)) for (const viewer of viewers) viewer.end();
  });
  let isHangingUp = false;

  let encoder: ChildProcess | undefined;
  const play = (socket: Socket): void => {
    viewers.add(socket);
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10'];
    const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
    const target = ['-g', '5', '-f', 'rtp', `rtp://127.0.0.1:${rtp.address().port}?pkt_size=1200`];
    encoder ??= spawn('ffmpeg', ['-v', 'error', '-nostdin', ...picture, ...coded, ...target], {
      stdio: 'ignore',
    });
  };

  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      connections.delete(socket);
      viewers.delete(socket);
    });
    let method = '';
    let sequence = '';
    const lines = createInterface({ input: socket });
    // It passes on the errors of its input, and a viewer may leave at any time.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      if (/ RTSP\/1\.0$/.test(line)) method = line.slice(line.search(/[A-Z]/), line.indexOf(' '));
      else if (/^CSeq:/i.test(line)) sequence = line.slice(5).trim();
      else if (line === '' && method !== '') {
        socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\n${ANSWERS[method] ?? '\r\n'}`);
        if (method === 'PLAY') play(socket);
        method = '';
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    fallSilent: () => encoder?.kill('SIGSTOP'),
    hangUp() {
      isHangingUp = true;
    },
    async close() {
      for (const socket of connections) socket.destroy();
      rtp.close();
      server.close();
      if (encoder && encoder.exitCode === null) {
        encoder.kill('SIGKILL');
        if (encoder.signalCode === null) await once(encoder, 'exit');
      }
    },
  };
}

/** The marker of an RTP packet, RFC 6184 §5.1. */
function endsPicture(packet: Buffer): boolean {
  return ((packet[1] ?? 0) & 0x80) !== 0;
}

const ANSWERS: Record<string, string> = {
  OPTIONS: 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n',
  DESCRIBE: `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
  SETUP: 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n',
  PLAY: 'Session: 1\r\n\r\n',
};
