import { spawn } from 'node:child_process';

/** What systemd is told of this process; nothing where it was not started by a unit of Type=notify. */
export interface SystemdNotice {
  /** It does its work. From now on the watchdog hears that the event loop turns, thrice in the time that the unit allows. */
  ready(): void;
  /** It is about to end, in order. */
  stopping(): void;
}

/**
 * sd_notify(3) by systemd-notify(1), since Node has no datagram sockets of the family unix; the unit needs NotifyAccess=all. `env` is
 * what systemd gave: NOTIFY_SOCKET, WATCHDOG_USEC. A message that does not get there is lost: if none does, systemd ends this process.
 */
export function systemdNotice(env: NodeJS.ProcessEnv = process.env): SystemdNotice {
  let timer: NodeJS.Timeout | undefined;
  let underWay = false;
  const tell = (...words: string[]) => {
    underWay = true;
    const done = () => {
      underWay = false;
    };
    spawn('systemd-notify', words, { env, stdio: 'ignore' }).once('error', done).once('exit', done);
  };
  if (env.NOTIFY_SOCKET === undefined) return { ready() {}, stopping() {} };
  const watchdogMs = Number(env.WATCHDOG_USEC ?? 0) / 1000;
  return {
    ready() {
      tell('READY=1', `MAINPID=${process.pid}`);
      if (!(watchdogMs >= 1)) return;
      timer = setInterval(() => {
        if (!underWay) tell('WATCHDOG=1');
      }, watchdogMs / 3);
      timer.unref();
    },
    stopping() {
      clearInterval(timer);
      tell('STOPPING=1');
    },
  };
}
