/** What a person calls each piece of hardware, by the name of its section in the configuration. */
export const piecesEn = {
  camera: 'camera',
  button: 'button',
  light: 'light',
  buzzer: 'buzzer',
  vibration: 'vibration',
  cover: 'cover switch',
  storageDoor: 'storage door',
  simDoor: 'SIM door',
  attention: 'attention line',
  gnss: 'GNSS receiver',
  cardReader: 'card reader',
  board: 'microcontroller',
  presence: 'presence switch',
  awayButton: 'away button',
};

export type PieceWords = typeof piecesEn;

export const piecesZh: PieceWords = {
  camera: '摄像头',
  button: '按键',
  light: '指示灯',
  buzzer: '蜂鸣器',
  vibration: '振动马达',
  cover: '机壳开关',
  storageDoor: '存储卡仓门',
  simDoor: 'SIM 卡仓门',
  attention: '提醒线',
  gnss: '卫星定位模块',
  cardReader: '读卡器',
  board: '单片机',
  presence: '在岗开关',
  awayButton: '离岗按键',
};
