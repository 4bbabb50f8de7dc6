import type { Catalogue } from '../pattern.js';

/** Provisioning a device and wiping it. */
export const provisioningZh: Catalogue = {
  "the archive's key, as liuhen archive init printed it": '归档端的公钥，由 liuhen archive init 打印',
  "the archive's broker; goes with --witness": '归档端的消息服务器；须与 --witness 同时给出',
  '/dev/videoN, rtsp://…, a file, or synthetic': '/dev/videoN、rtsp://…、文件，或 synthetic',
  'configuration to write': '要写的配置文件',
  'domain of the authority that answers for it': '对其负责的主管机关的域名',
  'name of the device: a-z, 0-9 and -, unique under its authority':
    '设备编号：a-z、0-9 和 -，在主管机关内唯一',
  'make a device: its first key, its journal, and its configuration': '建立设备：首把密钥、日志账本及配置',
  '{} exists': '{1} 已存在',
  'choose another with --config': '用 --config 另选一个',
  'That line is the root key of {}: give it to the archive and to whoever will verify.':
    '这一行是 {1} 的根公钥：请交给归档端以及将来的核验者。',

  'a passphrase is needed, and there is no terminal to ask for it': '需要口令，但没有可供询问的终端',
  'write it into a file, chmod 600, and name the file with --passphrase-file':
    '把口令写入文件，执行 chmod 600，并用 --passphrase-file 指明该文件',
  'nothing was typed': '没有输入任何内容',
  'stopped before a passphrase was given': '未给出口令即已停止',
  'the same once more': '请再输入一次',
  'passphrase for {}': '设置口令：{1}',
  'passphrase of {}': '口令：{1}',

  'Without options it asks. Run it again whenever it was interrupted: what is there is kept, and it goes on.':
    '不带选项时逐项询问。中断后可随时重新运行：已有的保留，从断处继续。',
  'Enrolling, in one of three ways with the same result:': '入网有三种方式，结果相同：',
  'USB stick   liuhen provision --request /media/usb    …authority…    liuhen provision --answer /media/usb':
    'U 盘        liuhen provision --request /media/usb    …主管机关…    liuhen provision --answer /media/usb',
  "pasting     liuhen provision --request               …authority…    liuhen provision --answer 'liuhen-answer:…'":
    "粘贴        liuhen provision --request               …主管机关…    liuhen provision --answer 'liuhen-answer:…'",
  'online      liuhen provision --token-file FILE       with the line that liuhen authority token printed':
    '在线        liuhen provision --token-file 文件       内容为 liuhen authority token 打印的那一行',
  'Example of an answers file:': '答案文件示例：',
  'profile: recorder            # or kiosk': 'profile: recorder            # 或 kiosk（大厅终端）',
  'unit: squad-3                # of a kiosk: its hall': 'unit: squad-3                # 大厅终端填所在大厅',
  'liuhen provision --batch devices.csv --out bench/      # columns: device,profile,authority,unit,camera,…':
    'liuhen provision --batch devices.csv --out bench/      # 列：device,profile,authority,unit,camera,…',
  'print no QR code': '不打印二维码',
  'do not try camera, serial ports and GPIO lines': '不试用摄像头、串口和 GPIO 线',
  'folder for --batch': '--batch 的输出目录',
  'write an answers file and a sticker for each device of the table, into --out':
    '为表中每台设备写出答案文件和标签，放入 --out 目录',
  'with --renew: only when the certificate ends within this time':
    '与 --renew 同用：仅当证书在此时间内到期时',
  'get a new certificate; the old one stays until the new one has connected':
    '更新证书；新证书连接成功之前旧证书保留',
  'say what is there and what is missing, and change nothing': '说明已有什么、缺少什么，不做任何改动',
  'enrol online with the one-time token in this file (chmod 600)':
    '用此文件中的一次性令牌在线入网（chmod 600）',
  "the authority's answer: a file, the folder it is in, its line, or - for stdin":
    '主管机关的答复：文件、其所在目录、那一行文本，或 -（从标准输入读取）',
  'write the request to this file or folder (a USB stick); without one, print its line':
    '把申请写入此文件或目录（U 盘）；不给则打印为一行',
  'YAML with the answers, instead of asking': '写有答案的 YAML，代替逐项询问',
  'make this machine a device: configuration, journal, keys, and enrolment with its authority':
    '把本机建成设备：配置、日志账本、密钥，并在主管机关入网',
  made: '已生成',
  'kept    {} as it was; liuhen config set changes it': '保留    {1} 未改动；用 liuhen config set 更改',
  'That line is the root key of {}. In words:': '这一行是 {1} 的根公钥。对应的词语：',
  request: '申请',
  'enrolled at {}, certificate {}, until {}': '已在 {1} 入网，证书 {2}，有效期至 {3}',
  'connected with it: the broker took it': '已用该证书连接：消息服务器予以接纳',
  'warning: it does not connect yet: {}': '警告：目前还不能连接：{1}',
  'missing: {}': '缺少：{1}',
  ok: '正常',
  missing: '缺少',
  'not yet: the certificate ends in {} days': '尚不需要：证书还有 {1} 天到期',
  'next: liuhen authority enrol on the other side, then liuhen provision --renew --answer ANSWER':
    '下一步：在主管机关一侧执行 liuhen authority enrol，然后执行 liuhen provision --renew --answer 答复',
  'connected with the new certificate, which is in place until {}':
    '已用新证书连接，新证书已启用，有效期至 {1}',
  '--batch: expected --out FOLDER': '--batch：应给出 --out 目录',
  '{} devices': '{1} 台设备',
  'next: liuhen provision --answers FILE on each, and its sticker on its back':
    '下一步：在每台设备上执行 liuhen provision --answers 文件，并把标签贴在其背面',
  'there is no {}, and no terminal to ask at': '没有 {1}，也没有可供询问的终端',
  'liuhen provision --answers FILE; --help shows an example':
    'liuhen provision --answers 文件；--help 有示例',
  'there is no answer in {}: {}': '{1} 中没有答复：{2}',

  'expected a port from 1 to 65535': '应为 1 到 65535 的端口',

  'The id is spent: provision the machine under another one. At the authority: liuhen authority revoke DEVICE.':
    '该编号就此用尽：请以另一编号部署本机。在主管机关执行：liuhen authority revoke 设备。',
  'how long to try to send what the archive lacks': '尝试上传归档端所缺内容的时长',
  'lose what the archive has not signed for': '放弃归档端尚未签收的内容',
  'why, for the last entry of its journal': '原因，作为日志账本的最后一个条目',
  'id of the device, as confirmation; without it a prompt asks': '设备编号，用作确认；不给则当场询问',
  "erase a device's keys, journal and footage; refused while the archive lacks anything of it":
    '清除设备的密钥、日志账本和影像；归档端尚缺任何内容时拒绝',
  'this device is {}, and not {}; nothing was wiped': '此设备是 {1}，不是 {2}；没有清除任何内容',
  'lost: {} recordings, {} entries that nobody else has': '已丢失：{1} 段录像，{2} 个别处没有的条目',
  'wiped; the archive has witnessed that it was': '已清除；归档端已见证此事',
  'its configuration is {} now': '其配置现为 {1}',
  'next: liuhen authority revoke {} --why …, and liuhen provision under another id':
    '下一步：liuhen authority revoke {1} --why …，再以另一编号执行 liuhen provision',
  'wiped; the archive has not heard of it': '已清除；归档端尚未得知',
  'there is no terminal to ask for the id of the device': '没有可供询问设备编号的终端',
  'say which device you mean with --device {}': '用 --device {1} 指明您要清除的设备',
  'recordings without a receipt: {}': '没有回执的录像：{1}',
  'entries without a witness: {}': '没有见证的条目：{1}',
  'Type the id of the device to wipe it': '请输入设备编号以确认清除',
  'stopped; nothing was wiped': '已停止；没有清除任何内容',

  'answer: its certificate is valid from {} to {}, and here it is {}':
    '答复：其证书有效期为 {1} 至 {2}，而此处时间为 {3}',
  "set this machine's clock, or ask the authority for a new one": '校准本机时钟，或请主管机关重新答复',
  'answer: {}': '答复：{1}',
  "take the answer to this device's own request; liuhen provision --request prints that again":
    '请取对本设备申请的答复；liuhen provision --request 可再次打印申请',
  answer: '答复',
  'its certificate cannot be read': '其证书无法读取',
  'its certificate is for a key that this device does not have': '其证书对应的密钥不在此设备上',
  'its certificate is for {}': '其证书属于 {1}',
  'its certificate is not signed by its CA': '其证书不是由其 CA 签发',
  'its CA is {}, and the answers file expects {}': '其 CA 为 {1}，而答案文件要求 {2}',
  'it is for another {}, whose root key is {}': '它属于另一台 {1}，其根公钥为 {2}',
  'it is for {}, and this is {}': '它属于 {1}，而此设备是 {2}',

  'expected a device id of 1 to 64 characters from a-z, 0-9 and -':
    '应为设备编号：1 到 64 个字符，限 a-z、0-9 和 -',
  'expected a serial port such as /dev/serial/by-id/… or usb:10c4:ea60':
    '应为串口，例如 /dev/serial/by-id/… 或 usb:10c4:ea60',
  'expected /dev/videoN, rtsp://…, a file, or synthetic': '应为 /dev/videoN、rtsp://…、文件，或 synthetic',
  'expected mqtts://host:port': '应为 mqtts://主机:端口',
  'answers: {}': '答案：{1}',

  'unknown column {}; known are {}, and settings such as recording.preRecord':
    '未知的列 {1}；可用的有 {2}，以及 recording.preRecord 之类的设置',
  '{} stands on line {} already': '{1} 已在第 {2} 行出现',

  'expected a {} of an enrolment, {}': '应为入网{1!}，{2}',
  'expected an {} of an enrolment, {}': '应为入网{1!}，{2}',
  'liuhen provision writes it on the device: request.json, and the line that begins with liuhen-request:':
    '由设备上的 liuhen provision 写出：request.json，以及以 liuhen-request: 开头的一行',
  'liuhen authority enrol writes it: a file, and the line that begins with liuhen-answer:':
    '由 liuhen authority enrol 写出：一个文件，以及以 liuhen-answer: 开头的一行',
  'got something else, or only a part of it': '实为其他内容，或只有一部分',
  'got the {}': '实为{1!}',
  'got {} bytes': '实为 {1} 字节',

  'expected {} columns, got {}': '应为 {1} 列，实为 {2}',
  'expected a head with the columns and a row for each device': '应有列名行，并且每台设备一行',
  'expected each column once': '每列应只出现一次',
  'a quotation mark is not closed': '引号没有闭合',

  '{} is of {}/{}, and the answers are of {}/{}': '{1} 属于 {2}/{3}，而答案属于 {4}/{5}',
  'name another file with --config, or liuhen wipe the device first':
    '用 --config 指定另一文件，或先用 liuhen wipe 清除设备',
  'nothing is provisioned here: there is no {}': '此处尚未部署：没有 {1}',
  'liuhen provision asks, and liuhen provision --answers FILE reads what it needs':
    'liuhen provision 逐项询问，liuhen provision --answers 文件 则从文件读取',
  '{}: expected what liuhen provision wrote there': '{1}：应为 liuhen provision 写出的内容',
  'remove it and provision anew': '删除它并重新部署',
  '{} is the journal of {}, not of {}/{}': '{1} 是 {2} 的日志账本，不是 {3}/{4} 的',
  'choose another data folder, or the id that the journal has': '选择另一数据目录，或使用日志账本已有的编号',
  'provision it under another id, in another data folder; what it has recorded stays provable':
    '用另一编号在另一数据目录部署；已录制的内容仍可证明',
  'there is no TLS key in {}': '{1} 中没有 TLS 密钥',

  'the authority refused: {}': '主管机关拒绝：{1}',
  'put right what it names; liuhen authority token DEVICE makes a new token':
    '按其指出的问题更正；liuhen authority token 设备 生成新的令牌',
  'no answer from the authority in {} s': '{1} 秒内主管机关没有答复',
  'see that liuhen authority serve runs, and that the token is of this authority and has not been withdrawn':
    '确认 liuhen authority serve 正在运行，且令牌属于此主管机关、未被撤销',

  '{}: footage after {} ms': '{1}：{2} 毫秒后有影像',
  '{}: nothing in {} ms': '{1}：{2} 毫秒内没有任何数据',
  '{}: did not open': '{1}：没有打开',
  '{}: open, nothing came in {} s': '{1}：已打开，{2} 秒内没有数据',
  '{}: {} bytes': '{1}：{2} 字节',
  '{} line {}: was active for {} ms': '{1} 第 {2} 线：已接通 {3} 毫秒',
  '{} line {}: it changed when it was touched': '{1} 第 {2} 线：触动时有变化',
  '{} line {}: did not change in {} s': '{1} 第 {2} 线：{3} 秒内没有变化',
  '{} line {}: is active': '{1} 第 {2} 线：有效',
  '{} line {}: is not active': '{1} 第 {2} 线：无效',
  '{} line {}: {} ({})': '{1} 第 {2} 线：{3}（{4}）',
  '{} line {}: {}': '{1} 第 {2} 线：{3}',

  'What is this device?': '这是什么设备？',
  recorder: '执法记录仪',
  'an officer wears it': '由执法人员佩戴',
  kiosk: '大厅终端',
  'it stands in a service hall': '放置在政务大厅',
  'No camera is plugged in. Where does the picture come from?': '没有接入摄像头。画面来自哪里？',
  'Which camera?': '使用哪个摄像头？',
  another: '其他',
  'rtsp://…, a file, a device that is not there yet': 'rtsp://…、文件，或尚未接入的设备',
  synthetic: '合成画面',
  'a test picture: proves nothing': '测试图像：不能证明任何内容',
  'Serial port of the {}': '{1!}的串口',
  none: '无',
  'GPIO chip of the {}': '{1!}的 GPIO 芯片',
  'trying it': '正在试用',
  'touch it now: {}': '请现在触动：{1!}',
  'stopped before all was answered; nothing was made': '尚未答完即已停止；没有生成任何内容',
  'Its line': '线号',
  'Its source': '画面来源',
  'The window that it stands at, as it is written above it': '所在窗口，按窗口上方的写法',
  'Folder for journal, footage and keys': '存放日志账本、影像与密钥的目录',
  'Its hall': '所在大厅',
  'Unit that carries it (empty: none)': '使用单位（可留空）',
  'Domain of the authority that answers for it': '对其负责的主管机关的域名',
  'Its id': '设备编号',
  'Take it all the same?': '仍然采用？',
  'Is it active when its voltage is low?': '是否低电平有效？',
  answers: '答案',

  'no renewal is under way': '没有正在进行的证书更新',
  'answer: its CA is another one than this device is enrolled with': '答复：其 CA 不是此设备入网时的 CA',
  'a device moves to another CA by a new enrolment, not by a renewal': '改换 CA 须重新入网，不能通过更新证书',
  'the new certificate does not connect, so the old one stays: {}': '新证书无法连接，因此保留旧证书：{1}',
  'uplink.broker is not set': '未设置 uplink.broker',
  'this device is not enrolled: there is no certificate to renew': '此设备尚未入网：没有可更新的证书',

  'carry it anew from the device: liuhen provision --request prints it again':
    '请从设备重新取一份：liuhen provision --request 可再次打印',
  'its root key is malformed': '其根公钥格式有误',
  'its root key names no device': '其根公钥没有指明设备',
  'its root key is of another type than 01': '其根公钥类型不是 01',
  'it is not signed by the root key of {}': '它没有 {1} 的根密钥签名',
  'expected a certificate request of {}, got one of {}': '应为 {1} 的证书申请，实为 {2} 的',
  'its certificate request is not one, or is not signed by its key':
    '其证书申请不是有效申请，或没有其密钥的签名',
  'malformed: {}': '格式有误：{1}',

  'no journal with its key in {}': '{1} 中没有带密钥的日志账本',
  'no request for a certificate': '没有证书申请',
  'uplink.broker is not set: nothing leaves the device': '未设置 uplink.broker：设备不会上传任何内容',
  'uplink.witness is not set: nothing leaves the device': '未设置 uplink.witness：设备不会上传任何内容',
  "take the authority's answer with liuhen provision --answer":
    '用 liuhen provision --answer 接收主管机关的答复',
  'hall {}, window {}': '大厅 {1}，窗口 {2}',
  '{} not set': '未设置 {1}',
  'liuhen authority init --root VKEY once, then take the answer anew; or write it into the configuration':
    '先执行一次 liuhen authority init --root 公钥，再重新接收答复；或直接写入配置',
  'not enrolled: no certificate': '尚未入网：没有证书',
  'liuhen provision --request prints the request; liuhen provision --answer takes the answer':
    'liuhen provision --request 打印申请；liuhen provision --answer 接收答复',
  'valid until {}': '有效期至 {1}',
  'expired at {}': '已于 {1} 过期',

  'expected a P-256 key': '应为 P-256 密钥',
  'TLS key: {}': 'TLS 密钥：{1}',

  'expected liuhen-token:<id>.<secret>@<broker>, got something else':
    '应为 liuhen-token:<编号>.<密值>@<消息服务器>，实为其他内容',
  'copy the whole line that liuhen authority token printed': '请完整复制 liuhen authority token 打印的那一行',

  'not wiped, it would be lost: {}': '未清除，否则将丢失：{1}',
  'let it reach its archive with liuhen run, export what matters, or lose it with --force':
    '用 liuhen run 让内容送达归档端，导出重要内容，或用 --force 放弃',
  'recordings without a receipt of the archive: {} …': '没有归档端回执的录像：{1} …',
  'recordings without a receipt of the archive: {}': '没有归档端回执的录像：{1}',
  '{} entries of the journal that no witness has': '{1} 个没有见证的日志账本条目',
  'TLS key': 'TLS 密钥',
  works: '正常',
  silent: '无数据',
  fails: '失败',
  'liuhen provision --check                               # status 1 while something is missing':
    'liuhen provision --check                               # 有缺少时状态为 1',
  'the key of {} has moved on more than {} times before it asked for a certificate':
    '{1} 在申请证书之前，密钥已更换超过 {2} 次',
  'its keys do not lead on from its root key: {}': '其密钥不能由根密钥逐次推出：{1}',
  'its key steps are malformed': '其密钥交接格式有误',
  'it is not signed by the newest key of {}': '它没有 {1} 最新密钥的签名',
  'liuhen authority enrol writes it': '由 liuhen authority enrol 写出',
  'liuhen provision --help shows an example of an answers file': 'liuhen provision --help 有答案文件的示例',
  'liuhen provision makes one': '用 liuhen provision 生成',
  'liuhen provision asks again': '再次运行 liuhen provision 重新作答',
  'liuhen provision --renew begins one': '用 liuhen provision --renew 开始更新',
  'liuhen provision --renew tries again': 'liuhen provision --renew 可重试',
  'liuhen provision --check says what is missing': 'liuhen provision --check 说明缺少什么',
  Canceled: '已取消',
  'Something went wrong': '出错',
  'recorder or kiosk, instead of asking for it': 'recorder 或 kiosk，代替询问',
  '--profile is {}, and the answers are of a {}': '--profile 为 {1}，而答案属于{2!}',
  'an archive is no device: it enrols nowhere, and devices enrol with its authority':
    '归档端不是设备：它不入网，设备在其主管机关入网',
  'liuhen archive init --data FOLDER --name DOMAIN/archive, then liuhen authority init --domain DOMAIN --archive FOLDER, which writes its configuration':
    '先执行 liuhen archive init --data 目录 --name 域名/archive，再执行 liuhen authority init --domain 域名 --archive 目录，由后者写出其配置',
  'it receives from the others': '接收其他设备上传的内容',
  'at the authority, liuhen authority enrol {}; then here, liuhen provision --answer {}':
    '在主管机关执行 liuhen authority enrol {1}，然后在此执行 liuhen provision --answer {2}',
  'at the authority, liuhen authority enrol {}; then here, liuhen provision --config {} --answer {}':
    '在主管机关执行 liuhen authority enrol {1}，然后在此执行 liuhen provision --config {2} --answer {3}',
  'this is not the same as before; type it again, or begin anew after Ctrl+C':
    '与上一次不同；请重新输入，或按 Ctrl+C 后重来',
  'expected 0 to {}': '应为 0 到 {1}',
  'expected /dev/videoN, rtsp://… without a password, or a file':
    '应为 /dev/videoN、不含密码的 rtsp://…，或文件',
  'expected a window such as 3 or A12': '应为窗口，例如 3 或 A12',
  'expected a folder': '应为目录',
};
