import { isDeviceId } from '../../config/identity.js';
import { TOPIC_PREFIX } from '../uplink/topics.js';
import { KINDS, type Kind } from './kinds/head.js';

/** Where a hall's content is published, retained. */
export function boardTopic(hall: string, kind: Kind, id: string): string {
  return `${TOPIC_PREFIX}/board/${hall}/${kind}/${id}`;
}

/** What a kiosk subscribes to. */
export function boardSubscription(hall: string): string {
  return `${TOPIC_PREFIX}/board/${hall}/#`;
}

export interface BoardTopic {
  hall: string;
  kind: Kind;
  id: string;
}

/** What a topic says; undefined for anything that is not exactly one of ours (an id with a path in it, too). */
export function parseBoardTopic(topic: string): BoardTopic | undefined {
  const prefix = `${TOPIC_PREFIX}/board/`;
  if (topic.length > 256 || !topic.startsWith(prefix)) return undefined;
  const [hall = '', name = '', id = '', ...rest] = topic.slice(prefix.length).split('/');
  const kind = KINDS.find((each) => each === name);
  if (kind === undefined || !isDeviceId(hall) || !isDeviceId(id) || rest.length > 0) return undefined;
  return { hall, kind, id };
}
