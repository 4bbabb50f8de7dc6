/** What the recorder's own page says, in English. */
export const webEn = {
  gone: 'the agent does not answer: nothing is known',
  picture: 'what the camera sees',
  day: 'The last 24 hours (UTC)',
  gaps: 'Grey: nothing was measured, as while the agent did not run.',
  chart: { backlog: 'footage that waits for its receipt', disk: 'free disk space' },
  recordings: 'Recordings',
  none: 'none yet',
  columns: ['recording', 'started (UTC)', 'length', 'size', 'archived', 'bundle'],
  yes: 'yes',
  no: 'not yet',
  recordingNow: 'being recorded',
  removed: 'footage removed, receipted',
  export: 'export',
  exported: (folder: string) => `exported to ${folder}`,
};

export type WebWords = typeof webEn;

export const webZh: WebWords = {
  gone: '代理程序没有应答：情况不明',
  picture: '摄像头画面',
  day: '最近 24 小时（UTC）',
  gaps: '灰色：没有测量，例如代理程序未运行期间。',
  chart: { backlog: '等待回执的影像', disk: '磁盘可用空间' },
  recordings: '录像',
  none: '尚无',
  columns: ['录像', '开始（UTC）', '时长', '大小', '已归档', '证据包'],
  yes: '是',
  no: '尚未',
  recordingNow: '正在录制',
  removed: '影像已删除，有回执',
  export: '导出',
  exported: (folder) => `已导出到 ${folder}`,
};
