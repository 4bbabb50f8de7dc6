import { z } from 'zod';
import type { Firmware } from '../firmware.js';
import { type BoardActions, boardRoutes } from './board-routes.js';
import { type CommandDoor, commandRoutes } from './command-routes.js';
import { type ExaminationActions, examinationRoutes } from './examination-routes.js';
import { firmwareRoutes } from './firmware-routes.js';
import { order, question, type Routes } from './route.js';
import { serveSocket } from './serve.js';

/** What the socket can ask of a running agent. Each answers with what it prints as JSON. */
export interface ControlActions {
  status(): Promise<unknown>;
  recordings(): Promise<unknown>;
  start(request: z.infer<typeof startSchema>): Promise<unknown>;
  stop(request: z.infer<typeof stopSchema>): Promise<unknown>;
  mark(request: z.infer<typeof markSchema>): Promise<unknown>;
  check(request: z.infer<typeof checkSchema>): Promise<unknown>;
  exportBundle(request: z.infer<typeof exportSchema>): Promise<unknown>;
  /** Absent where nothing is examined. */
  examination?: ExaminationActions | undefined;
  /** Absent where no microcontroller is configured. */
  firmware?: Firmware | undefined;
  /** Absent where no root key is pinned, and so nobody can command it. */
  commands?: CommandDoor | undefined;
  /** Absent where no content is shown. */
  board?: BoardActions | undefined;
}

const text = z.string().max(1024);
const startSchema = z.strictObject({
  behaviour: text.optional(),
  case: text.optional(),
  officer: text.optional(),
  wholeProcess: z.boolean().optional(),
});
/** `confirmed` ends a whole-process recording as well. */
const stopSchema = z.strictObject({ confirmed: z.boolean().default(false) });
const markSchema = z.strictObject({ kind: text.min(1).default('mark'), note: text.optional() });
const checkSchema = z.strictObject({ quick: z.boolean().default(false) });
const exportSchema = z.strictObject({
  recording: z.int().min(0).optional(),
  out: z.string().min(1).max(4096),
  why: text.default('exported by command'),
});

/** Listens on the data folder's socket; see `serveSocket`. */
export async function startControl(
  dataFolder: string,
  actions: ControlActions,
  readMs?: number,
): Promise<() => Promise<void>> {
  return await serveSocket(dataFolder, routes(actions), readMs);
}

function routes(actions: ControlActions): Routes {
  return {
    'GET /status': question(() => actions.status()),
    'GET /recordings': question(() => actions.recordings()),
    'POST /start': order(startSchema, (request) => actions.start(request)),
    'POST /stop': order(stopSchema, (request) => actions.stop(request)),
    'POST /mark': order(markSchema, (request) => actions.mark(request)),
    'POST /check': order(checkSchema, (request) => actions.check(request)),
    'POST /export': order(exportSchema, (request) => actions.exportBundle(request)),
    ...boardRoutes(actions.board),
    ...commandRoutes(actions.commands),
    ...examinationRoutes(actions.examination),
    ...firmwareRoutes(actions.firmware),
  };
}
