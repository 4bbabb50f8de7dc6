import type { Catalogue } from '../pattern.js';

/** Commands from afar, and the socket of the agent. */
export const commandsZh: Catalogue = {
  'signed commands to a device: from far away, or from a file at the device':
    '向设备发出的签名命令：远程发送，或在设备旁从文件读取',
  "Topics: liuhen/1/<device>/command and …/result/<id>. The answer is not signed; entries of the device's journal, named in it, are the proof.":
    '主题：liuhen/1/<设备>/command 与 …/result/<编号>。应答不带签名；以应答所指的设备日志账本条目为凭。',
  'print the answer as JSON': '以 JSON 输出应答',
  'write the signed command into a file, for liuhen command take, and send nothing':
    '把签名后的命令写入文件，供 liuhen command take 使用，不发送',
  'the broker keeps the command for a device that is away, until it is answered':
    '设备不在线时由消息服务器保留命令，直至有应答',
  'signed trust document that the device is to take first; the broker keeps it for it':
    '设备须先接收的已签名信任文件；消息服务器为其保留',
  'file (chmod 600) whose first line is the passphrase; else a prompt asks':
    '文件（chmod 600），首行为口令；否则当场询问',
  "the reason; it stands in the device's journal": '理由，记入设备的日志账本',
  'file of a dispatcher or technician key': '调度员或技术员密钥的文件',
  'key=value; key=@FILE takes the text of a file': '键=值；键=@文件 取文件的文本',
  "device id, or <authority domain>/<device id> where the key's authority is another":
    '设备编号；若密钥属于另一主管机关，则为 <主管机关域名>/<设备编号>',
  'sign a command to one device, send it, and wait for the answer': '签署发给一台设备的命令，发送并等待应答',
  'after this the device refuses it; at most 7d': '超过此时限设备即拒绝；最长 7d',
  'how long to wait for the answer': '等待应答的时长',
  'done, entry {} (before)': '已执行，条目 {1}（此前）',
  'done, entry {}': '已执行，条目 {1}',
  'signed envelopes (….dsse.json)': '已签名的信封（….dsse.json）',
  'give the agent that runs here signed commands or a trust document, such as from a USB stick':
    '把签名命令或信任文件交给本机运行的代理程序，例如来自 U 盘',
  'trust document, version {}': '信任文件，第 {1} 版',
  '{} of {} were not carried out': '{2} 项中有 {1} 项未执行',
  'liuhen logs, and event entries of source commands in the journal, say why':
    'liuhen logs 以及日志账本中来源为 commands 的事件条目说明原因',
  'expected key=value, each key once, got {}': '应为 键=值，每个键一次，实为 {1}',
  '{}: expected a trust document, got {}': '{1}：应为信任文件，实为 {2}',
  'could not read {}': '无法读取 {1}',
  '{}: expected at most {} bytes': '{1}：应不超过 {2} 字节',
  'expected one of {}': '应为以下之一：{1}',
  'expected a duration such as 30s or 15min, at most {}min': '应为时长，例如 30s 或 15min，最长 {1}min',
  'Commands, what they take, and whose key may sign them:': '命令、所需参数，以及有权签署的密钥：',

  'command: expected JSON in UTF-8': '命令：应为 UTF-8 编码的 JSON',
  'expected one of {}, got {}': '应为 {1} 之一，实为 {2}',
  'expected application/vnd.liuhen.command+json, got {}':
    '应为 application/vnd.liuhen.command+json，实为 {1}',
  'expected a signature by a key of the trust document, got {} that are not; no trust document is here yet':
    '应有信任文件中某把密钥的签名，现有 {1} 个签名都不是；此处尚无信任文件',
  'expected a signature by a key of the trust document, got {} that are not':
    '应有信任文件中某把密钥的签名，现有 {1} 个签名都不是',
  'expected {}, got {}': '应为 {1}，实为 {2}',
  'expected a signature in the time of its key, got one by {}': '签名应在其密钥的有效期内，实为 {1} 的签名',
  'expected a signature by a {}, got one by {}': '应有{1!}的签名，实为 {2} 的签名',
  'expected a clock set by satellites or the network, or an answer of the archive since the start, got neither':
    '时钟应由卫星或网络校准，或启动以来有归档端的应答，两者都没有',
  'expected expires after {}, got {}': 'expires 应晚于 {1}，实为 {2}',
  'expected issued by {}, got {}': 'issued 应不晚于 {1}，实为 {2}',

  '{}: this device has nothing that could do it': '{1}：此设备没有可执行它的部件',

  '{} waits already': '已有 {1} 在等待',
  'expected at most {} to wait': '等待中的应不超过 {1} 个',
  'expected {} with sha256 {}, got {}': '应为 sha256 为 {2} 的 {1}，实为 {3}',
  '{} was obeyed, entry {}': '{1} 已执行，条目 {2}',
  'expected at most {} bytes, got {}': '应不超过 {1} 字节，实为 {2}',

  'content: {}: {}': '内容：{1}：{2}',
  'update-content: there is no broker to fetch content from':
    'update-content：没有可从中取得内容的消息服务器',

  'no connection': '没有连接',

  'stop: expected recording {}, but nothing is being recorded': 'stop：应为录像 {1}，但没有在录制',
  'stop: expected recording {}, but recording {} is going on': 'stop：应为录像 {1}，但正在进行的是录像 {2}',
  'this device sends nothing anywhere': '此设备不向任何地方上传',
  'there is no recording {} on this device': '此设备上没有录像 {1}',

  '{}: expected one of {}': '{1}：应为 {2} 之一',
  'other settings are changed in the configuration file on the device': '其他设置须在设备的配置文件中更改',

  'expected 16 to 64 characters from a-z, 0-9 and -': '应为 16 到 64 个字符，限 a-z、0-9 和 -',
  'expected <authority domain>/<device id>, such as liuhen.example/recorder-0001':
    '应为 <主管机关域名>/<设备编号>，例如 liuhen.example/recorder-0001',

  'expected a signature by {}, got none that verifies': '应有 {1} 的签名，没有一个通过验证',
  'expected a version of at least {}, got {}': '版本应不低于 {1}，实为 {2}',
  'expected version {} with sha256 {}, got {}': '应为 sha256 为 {2} 的第 {1} 版，实为 {3}',

  'board: this agent shows no content': '内容栏：此代理程序不显示内容',
  'ask the one that runs with profile: kiosk': '请询问以 profile: kiosk 运行的那台',
  'board: this agent exports no display': '内容栏：此代理程序不导出展示证明',

  'request: expected JSON': '请求：应为 JSON',
  'request: expected at most {} bytes': '请求：应不超过 {1} 字节',
  '{}: this agent answers no such request': '{1}：此代理程序不回答这样的请求',

  'agent: expected JSON from {} {}, got {}': '代理程序：{1} {2} 应返回 JSON，实为 {3}',
  'agent: status {}': '代理程序：状态 {1}',
  'no agent is running on {}': '{1} 上没有代理程序在运行',
  'agent at {}: {}': '位于 {1} 的代理程序：{2}',
  'agent at {}: only its own user may ask it': '位于 {1} 的代理程序：只有它自己的用户才可询问',
  'run it again as root (sudo), or as the user that owns it': '请以 root（sudo）或其所有者的身份重新运行',
  'start it with liuhen run': '用 liuhen run 启动它',
  'liuhen status says whether it still runs': '用 liuhen status 查看它是否仍在运行',

  'this agent pins no root key, so nobody can command it': '此代理程序没有指定根公钥，因此无人可向它下达命令',
  "set disclosure.root to the vkey of the authority's root key":
    '把 disclosure.root 设为主管机关根密钥的公钥',

  'this agent does not examine its device': '此代理程序不检查其设备',

  'firmware: this device has no microcontroller configured': '固件：此设备未配置单片机',
  'set hardware.board.port': '设置 hardware.board.port',

  "{}: expected at most {} bytes for a socket's path": '{1}：套接字路径应不超过 {2} 字节',
  'choose a data folder with a shorter path': '选择路径更短的数据目录',
};
