import type { Catalogue } from '../pattern.js';
import { type PieceWords, piecesEn, piecesZh } from '../pieces.js';

const pieces: Catalogue = Object.fromEntries(
  (Object.keys(piecesEn) as (keyof PieceWords)[]).map((piece) => [piecesEn[piece], piecesZh[piece]]),
);

/** Names of states, roles and reasons: values of the program that stand in a table or in a `{1!}` of another text. */
export const valuesZh: Catalogue = {
  ...pieces,

  default: '默认',
  file: '文件',
  unset: '未设置',

  idle: '空闲',
  starting: '正在开始',
  stopping: '正在结束',
  'storage-full': '磁盘已满',
  fault: '故障',
  closed: '已关闭',
  command: '命令',
  shutdown: '关机',
  disk: '磁盘',

  intact: '完整',
  incomplete: '不完整',
  altered: '被改动',
  untrusted: '不可信',

  shown: '显示中',
  'held-back': '暂不显示',
  withdrawn: '已撤回',
  replaced: '已替换',

  dispatcher: '调度员',
  technician: '技术员',

  done: '已执行',
  failed: '失败',
  unanswered: '没有应答',
  reloaded: '已重新读取规则',
  consistency: '一致性',
  inclusion: '包含',
  string: '文本',
  number: '数字',
  object: '一节',
  array: '列表',
  boolean: 'true 或 false',
  undefined: '无内容',
  sealing: '正在封存',
  'not-sealing': '没有封存',
  recording: '录像',
  yes: '是',
  no: '否',
  '{} s of footage': '影像 {1} 秒',
  '{} fragment, {}': '{1} 个片段，{2}',
  '{} fragments, {}': '{1} 个片段，{2}',
  'dispatcher or technician': '调度员或技术员',
  'publisher or reviewer': '发布或审核',
};
