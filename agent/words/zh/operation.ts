import type { Catalogue } from '../pattern.js';

/** Everyday commands. */
export const operationZh: Catalogue = {
  'print a script with which the shell completes commands and options':
    '打印脚本，供命令行解释器补全命令与选项',
  'the shell': '命令行解释器',

  'configuration (default: liuhen.yaml where it exists)': '配置文件（默认：liuhen.yaml，若存在）',
  'configuration (default: {} where it exists)': '配置文件（默认：{1}，若存在）',
  'data folder of the device (default: the one that the configuration names)':
    '设备的数据目录（默认：配置所指的目录）',
  'there is no folder {}': '没有目录 {1}',
  'there is no device in {}': '{1} 中没有设备',
  "name the device's data folder with --data, or make one: liuhen init":
    '用 --data 指明设备的数据目录，或新建设备：liuhen init',
  "name the device's data folder, or run this where liuhen.yaml is":
    '指明设备的数据目录，或在 liuhen.yaml 所在之处运行',
  "name the device's data folder, or run this where {} is": '指明设备的数据目录，或在 {1} 所在之处运行',
  '--set: expected key=value, got {}': '--set：应为 键=值，实为 {1}',
  'expected a number': '应为数字',

  'help from afar': '供远程协助',
  'how many of the newest lines of the log': '最新日志的行数',
  'archive to write (default: liuhen-diag-TIME.tar.gz here)':
    '要写的归档文件（默认：当前目录下的 liuhen-diag-TIME.tar.gz）',
  'write a support archive: log, settings without secrets, what the doctor says, newest checkpoints':
    '写出支持包：日志、去除机密的设置、体检结果、最新检查点',
  'choose a folder that can be written with --out, and see that tar and gzip are installed':
    '用 --out 选择可写的目录，并确认已安装 tar 与 gzip',

  'Exit status: 0 all is well, 1 warnings, 2 faults. Asks the agent where one runs; otherwise opens the hardware itself':
    '退出状态：0 一切正常，1 有警告，2 有故障。有代理程序运行时由它检查；否则自行打开硬件，',
  'and has lights, buzzer and vibration show themselves. It seals one entry, which the archive has to cosign.':
    '并让指示灯、蜂鸣器和振动马达动作一次。会封存一个条目，须由归档端联署。',
  'also what the parts log, on stderr': '同时在标准错误输出各部件的日志',
  'again and again, until q or Ctrl-C': '反复检查，直至按 q 或 Ctrl-C',
  "longest wait for the archive's answer, such as 60s (default: 15s)":
    '等待归档端应答的最长时间，例如 60s（默认：15s）',
  'after an upgrade: only prove that the device seals and is witnessed':
    '升级之后：只证明设备能封存并得到见证',
  'data folder, instead of the one in the configuration': '数据目录，代替配置中的目录',
  'examine the device: each check with its result, what was measured, and what to do':
    '检查设备：逐项给出结果、实测值和处理办法',

  'explain an error code': '说明一个错误代码',
  'such as LIUHEN_LINK; without it, all codes with what they mean':
    '例如 LIUHEN_LINK；不给则列出全部代码及其含义',
  '{} is no error code of Liuhen': '{1} 不是 Liuhen 的错误代码',

  'no log: systemd has none of liuhen, and log.file is not set':
    '没有日志：systemd 中没有 liuhen 的日志，也未设置 log.file',
  'set log.file, or run it by systemd: scripts/install': '设置 log.file，或由 systemd 运行：scripts/install',

  'how many of the newest lines': '最新日志的行数',
  'and what it logs from now on, until Ctrl-C': '并持续显示此后的日志，直至按 Ctrl-C',
  'configuration that says where the log is': '指明日志位置的配置文件',
  'show what the agent logged': '显示代理程序的日志',

  'bring a configuration of an older version up to this one; the old one is kept beside it':
    '把旧版本的配置升级到此版本；旧配置保存在旁边',
  '{} is of version {}: nothing to do': '{1} 为版本 {2}：无需处理',
  '{}: version {} is now {}; as it was: {}': '{1}：版本 {2} 已升级为 {3}；原文件：{4}',

  'en or zh, instead of what LANG says; anywhere on the line':
    'en 或 zh，代替 LANG 的设定；可写在命令行任意位置',
  'Liuhen 留痕: footage that proves itself. Recorder, archive, export and verification.':
    'Liuhen 留痕：能自证真实的执法影像。录制、归档、导出与核验。',
  'next: {}': '下一步：{1}',

  'of {}': '共 {1}',
  'user {} cannot write to {}': '用户 {1} 不能写入 {2}',
  'name a folder with --out that this user can write to, such as one in /tmp':
    '用 --out 指定该用户可写的目录，例如 /tmp 中的目录',
  '(liuhen --help shows all commands, liuhen COMMAND --help the options of one)':
    '（liuhen --help 列出全部命令，liuhen 命令 --help 列出该命令的选项）',
  'liuhen explain lists all of them': 'liuhen explain 列出全部代码',
  '[removed]: not sound YAML': '[已去除]：不是有效的 YAML',
};
