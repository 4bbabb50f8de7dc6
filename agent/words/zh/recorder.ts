import type { Catalogue } from '../pattern.js';

/** What an agent does, and its state. */
export const recorderZh: Catalogue = {
  'a recording that only a confirmed order ends, also where the policy does not ask for it':
    '只有经确认的指令才能结束的录像，即使策略未作要求',
  'who records: id or certificate number': '录制人：编号或证件号',
  'the case file it belongs to': '所属案卷',
  'the enforcement act that is recorded, by its key or name in the policy file':
    '所录的执法行为，用策略文件中的键或名称',
  'start recording; the pre-record footage is part of it': '开始录制；预录影像计入其中',
  'also where it is a whole-process recording': '全过程录像也予结束',
  'stop recording; returns when the end is sealed': '停止录制；结尾封存之后返回',
  'what it is': '标记的内容',
  'mark this moment of the recording': '在录像的此刻做标记',
  'marked: entry {}': '已标记：条目 {1}',
  'stopped recording {}: {}, {} fragments, {}, sealed': '已停止录像 {1}：{2}，{3} 个片段，{4}，已封存',
  'recording {}': '录像 {1}',

  'list the recordings of this device': '列出此设备的录像',
  'no recordings yet': '尚无录像',
  'still recording': '正在录制',
  'cut off': '已中断',
  here: '在本机',
  removed: '已删除',

  'Prints one line of JSON when it is ready; logs are JSON lines on stderr.':
    '就绪时打印一行 JSON；日志以 JSON 行写到标准错误输出。',
  'start recording as soon as the camera gives footage': '摄像头一有影像即开始录制',
  'a setting, over the configuration; repeatable': '一项设置，优先于配置文件；可重复使用',
  'run the recorder or kiosk on this machine until it is told to stop':
    '在本机运行执法记录仪或大厅终端，直至被要求停止',

  'with --web: where the page exports recordings to': '与 --web 同用：页面导出录像的目录',
  'with --web: its port on 127.0.0.1; 0: the kernel picks one':
    '与 --web 同用：127.0.0.1 上的端口；0 表示由内核选择',
  "serve the recorder's own page to a browser on this machine, until Ctrl-C":
    '在本机以浏览器页面显示设备状态，直至按 Ctrl-C',
  'print JSON; with --watch a line each second': '以 JSON 输出；与 --watch 同用时每秒一行',
  'every second, until q or Ctrl-C': '每秒刷新，直至按 q 或 Ctrl-C',
  'show what the running agent does': '显示代理程序正在做什么',
  device: '设备',
  '{} ({}, pid {}, up {})': '{1}（{2}，进程号 {3}，已运行 {4}）',
  screen: '屏幕',
  '{} at window {}': '{1}，窗口 {2}',
  page: '页面',
  'NOT SEEN: no browser shows it': '未见：没有浏览器在显示',
  '{}, drawn, last heard {} ago': '{1}，已显示，{2} 前有应答',
  '{}, not drawn (hidden or asleep), last heard {} ago': '{1}，未显示（被遮住或休眠），{2} 前有应答',
  platform: '平台',
  connected: '已连接',
  'NEVER HEARD: there is no content yet': '从未收到消息：尚无内容',
  'SILENT since {}, for {}': '静默：自 {1} 起，已 {2}',
  'no broker; content was last taken at {}, {} ago': '未配置消息服务器；最近一次收取内容在 {1}（{2} 前）',
  'last heard at {}, {} ago': '最近一次收到消息在 {1}（{2} 前）',
  serves: '在岗',
  'no post is published for this window': '此窗口没有发布岗位信息',
  content: '内容',
  'hall {}, trust document MISSING: {} shown, {} held back, {} expired, {} withdrawn':
    '大厅 {1}，缺少信任文件：显示 {2} 项，暂不显示 {3} 项，过期 {4} 项，撤回 {5} 项',
  'hall {}, trust document {}: {} shown, {} held back, {} expired, {} withdrawn':
    '大厅 {1}，信任文件第 {2} 版：显示 {3} 项，暂不显示 {4} 项，过期 {5} 项，撤回 {6} 项',
  refused: '已拒绝',
  '{} messages refused, {} lost; the journal says which': '拒绝 {1} 条消息，丢失 {2} 条；详见日志账本',
  STALE: '内容陈旧',
  'the broker was never reached': '从未连上消息服务器',
  'since {}': '自 {1} 起',
  'on screen': '正在展示',
  '{} pieces of content as a whole': '完整展示 {1} 项内容',
  visitors: '来访者',
  '{} reports and ratings, {} refused as too many': '意见与评价 {1} 条，因过多拒绝 {2} 条',
  journal: '日志账本',
  '{} entries, key epoch {}': '{1} 个条目，密钥第 {2} 期',
  witnessed: '已见证',
  'not yet': '尚未',
  '{} entries, newest at {}': '{1} 个条目，最新于 {2}',
  uplink: '上传',
  backlog: '待上传',
  '{} entries': '{1} 个条目',
  disk: '磁盘',
  '{} free, {} of it in reserve': '可用 {1}，其中预留 {2}',
  clock: '时钟',
  memory: '内存',

  'this is a kiosk: its pages are at {}': '这是大厅终端：其页面位于 {1}',
  'open them there; liuhen status --watch shows the rest': '在该处打开；其余由 liuhen status --watch 显示',

  'no answer within {} ms': '{1} 毫秒内没有应答',

  '{}: expected a certificate in PEM, found none': '{1}：应为 PEM 格式的证书，没有找到',

  'no space left': '空间不足',

  '{} holds no journal: the device is not provisioned': '{1} 中没有日志账本：设备尚未部署',
  'liuhen provision, or liuhen init': 'liuhen provision，或 liuhen init',
  '{} is the journal of {}, not of {}': '{1} 是 {2} 的日志账本，不是 {3} 的',
  'a device keeps its id for life: correct device.id and device.authority, or the data folder':
    '设备编号终身不变：更正 device.id 与 device.authority，或更正数据目录',

  'kiosk: could not listen on 127.0.0.1:{}: {}': '大厅终端：无法监听 127.0.0.1:{1}：{2}',
  'end what uses that port, or set kiosk.port to another':
    '结束占用该端口的程序，或把 kiosk.port 设为另一端口',

  "mp4 box '{}' at offset {}: {}": '偏移 {2} 处的 mp4 盒“{1}”：{3}',
  'the camera must give fragmented MP4; check its source with ffprobe':
    '摄像头须给出分片 MP4；用 ffprobe 检查画面来源',
  'expected {} more bytes, found {}': '应还有 {1} 字节，实为 {2}',
  'expected a number up to {}, found {}': '应为不超过 {1} 的数，实为 {2}',
  'expected at most the {} bytes its parent has left, found size {}':
    '应不超过上级所余的 {1} 字节，实为大小 {2}',
  'expected a box header, only {} bytes are left': '应为盒头，只剩 {1} 字节',
  'expected a 64-bit size from {} to {}, found {}': '应为 {1} 到 {2} 的 64 位大小，实为 {3}',
  'expected a size of at least {}, found {}': '大小应至少为 {1}，实为 {2}',
  'expected a size, it runs to the end of the file (size 0)': '应有大小，实际延续到文件末尾（大小 0）',

  'camera: expected its stream to end, it broke off': '摄像头：码流应正常结束，实际中途断开',
  'expected a size of at most {} (limit of {} for one {}), found {}':
    '大小应不超过 {1}（一个{3}的上限 {2}），实为 {4}',
  "expected 'ftyp' at the start of fragmented MP4, found another box": '分片 MP4 应以“ftyp”开头，实为其他盒',
  "expected 'moov' before any media, found none": '媒体之前应有“moov”，没有找到',
  'expected one init segment, found the start of a second': '应只有一个初始化段，又出现第二个',
  "expected 'mdat' after 'moof', found a second 'moof'": '“moof”之后应为“mdat”，实为第二个“moof”',
  "expected 'moof' before 'mdat', found none": '“mdat”之前应有“moof”，没有找到',

  'expected media times up to {}, found {}': '媒体时间应不超过 {1}，实为 {2}',
  "expected 'tfhd' inside, found none": '其中应有“tfhd”，没有找到',
  "expected at least one 'traf', found none": '应至少有一个“traf”，没有找到',

  'cannot stop: this is a whole-process recording, which one order alone does not end':
    '不能停止：这是全过程录像，单凭一次指令不能结束',
  'confirm with liuhen stop --confirm, or hold the button twice':
    '用 liuhen stop --confirm 确认，或长按按键两次',
  'the device is shutting down': '设备正在关机',

  'pre-record: expected an init segment first, found a fragment': '预录：应先有初始化段，实为片段',

  'the recording ended ({}) and will not go on by itself; its last entry still waits for the disk':
    '录像已结束（{1!}），不会自行继续；其最后一个条目仍在等待写盘',
  'free space on the disk': '在磁盘上腾出空间',
  '{}: the recorder is {}': '{1!}：录制状态为“{2!}”',
  'cannot stop': '不能停止',
  'cannot mark': '不能做标记',
  'cannot start': '不能开始',
  'start a recording first: liuhen start, or a short press': '先开始录像：执行 liuhen start，或短按按键',
  'stop the recording that runs first': '先停止正在进行的录像',
  'try again once it has: liuhen status shows it': '待其完成后重试：liuhen status 显示状态',
  'free space on the disk; a recording that was cut off by it goes on by itself':
    '在磁盘上腾出空间；因此中断的录像随后自行继续',
  'cannot start: {}': '不能开始：{1}',
  'start the agent again, which reads it from its beginning, or set another source: liuhen config set camera.source SOURCE':
    '重新启动代理程序可从头读取，或另设来源：liuhen config set camera.source 来源',
  'start again once the disk takes footage: liuhen status shows it, liuhen doctor measures the disk':
    '待磁盘可写入影像后重新开始：liuhen status 显示状态，liuhen doctor 测量磁盘',
  'liuhen recordings shows what is sealed; nothing is left to stop':
    'liuhen recordings 显示已封存的内容；已没有要停止的录像',
  'recording {} ended as it began: {}': '录像 {1} 刚开始即结束：{2}',
  'only the reserve of the disk is left': '磁盘只剩预留空间',
  'the recording is closed already': '录像已经关闭',
  'recording {} ended before, with what is sealed: {}': '录像 {1} 此前已结束，已封存的保留：{2}',
  'expected {} bytes free beyond which to record, got {}': '录制所需的 {1} 字节之外应有可用空间，实为 {2}',
  'free space, or let the archive receipt what is here so that retention can remove it':
    '腾出空间，或让归档端对现有内容出具回执以便到期清理',

  "expected '{}' inside, found none": '其中应有“{1}”，没有找到',
  "expected 'mvex' (the file is not fragmented), found none": '应有“mvex”（文件未分片），没有找到',
  'expected at least one track, found none': '应至少有一条轨道，没有找到',
  'expected at most {} tracks, found more': '轨道应不超过 {1} 条，实际更多',

  'kiosk.window: expected it to be set, because profile is kiosk':
    'kiosk.window：profile 为 kiosk 时必须设置',
  'disclosure.hall: expected it to be set, because profile is kiosk':
    'disclosure.hall：profile 为 kiosk 时必须设置',
  'disclosure.root: expected it to be set, because profile is kiosk':
    'disclosure.root：profile 为 kiosk 时必须设置',
  'set kiosk.window in the configuration, or with --set kiosk.window=…':
    '在配置中设置 kiosk.window，或用 --set kiosk.window=…',
  'set kiosk.window in the configuration, or with --set disclosure.hall=…':
    '在配置中设置 kiosk.window，或用 --set disclosure.hall=…',
  'set kiosk.window in the configuration, or with --set disclosure.root=…':
    '在配置中设置 kiosk.window，或用 --set disclosure.root=…',
  'set disclosure.hall in the configuration, or with --set kiosk.window=…':
    '在配置中设置 disclosure.hall，或用 --set kiosk.window=…',
  'set disclosure.hall in the configuration, or with --set disclosure.hall=…':
    '在配置中设置 disclosure.hall，或用 --set disclosure.hall=…',
  'set disclosure.hall in the configuration, or with --set disclosure.root=…':
    '在配置中设置 disclosure.hall，或用 --set disclosure.root=…',
  'set disclosure.root in the configuration, or with --set kiosk.window=…':
    '在配置中设置 disclosure.root，或用 --set kiosk.window=…',
  'set disclosure.root in the configuration, or with --set disclosure.hall=…':
    '在配置中设置 disclosure.root，或用 --set disclosure.hall=…',
  'set disclosure.root in the configuration, or with --set disclosure.root=…':
    '在配置中设置 disclosure.root，或用 --set disclosure.root=…',
  'this agent is a kiosk and records nothing': '此代理程序是大厅终端，不录制',

  'port {}: {}': '端口 {1}：{2}',
  'choose another with --port': '用 --port 另选一个',
  RECORDING: '录像',
  'STARTED (UTC)': '开始（UTC）',
  LENGTH: '时长',
  FRAGMENTS: '片段',
  SIZE: '大小',
  GAPS: '间断',
  MARKS: '标记',
  ENDED: '结束',
  ARCHIVED: '已归档',
  FOOTAGE: '影像',
  'a device keeps its id for life: correct device.id and device.authority, or choose another data folder':
    '设备编号终身不变：更正 device.id 与 device.authority，或另选数据目录',
  'liuhen board shows what it displays': 'liuhen board 显示其展示的内容',
  no: '否',
  yes: '是',
};
