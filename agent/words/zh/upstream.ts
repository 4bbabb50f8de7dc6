import type { Catalogue } from '../pattern.js';

/** The archive, and the way to it. */
export const upstreamZh: Catalogue = {
  'liuhen archive add <root vkey of the device> --data <this folder>; liuhen init printed the key':
    'liuhen archive add <设备的根公钥> --data <此目录>；根公钥由 liuhen init 打印',
  'free space, or add a larger disk': '腾出空间，或增加更大的磁盘',

  'topic {}': '主题 {1}',
  'payload: expected at most {}, got {}': '消息内容：应不超过 {1}，实为 {2}',
  'broker on {}:{}: {}': '在 {1}:{2} 的消息服务器：{3}',
  'choose another port, or stop the broker that has it': '换一个端口，或停止占用该端口的消息服务器',

  '{}: the journal here began under {}, registered is {}': '{1}：此处的日志账本以 {2} 开始，登记的是 {3}',
  'restore the file root of this device, and register the new key under another id':
    '恢复此设备的 root 文件，并用另一个编号登记新的密钥',

  'key note: expected the form of one': '密钥交接：格式不符',
  'key note of epoch {} is missing': '缺少第 {1} 期的密钥交接',
  'key note: epoch {} is not signed by the key of epoch {}': '密钥交接：第 {1} 期没有第 {2} 期密钥的签名',

  '{} signed a history of {} entries that contradicts the {} held here':
    '{1} 签署了一份 {2} 个条目的历史，与此处持有的 {3} 个条目矛盾',
  'its disk was rolled back or copied, or its key was stolen: take the device out of service':
    '其磁盘被恢复到旧状态或被复制，或密钥被盗：停用该设备',

  'expected <authority domain>/<device id>, such as liuhen.example/recorder-0001, got {}':
    '应为 <主管机关域名>/<设备编号>，例如 liuhen.example/recorder-0001，实为 {1}',
  'there is an archive in {} already: {}': '{1} 中已有归档端：{2}',
  'use it as it is, or choose another folder': '直接使用它，或另选目录',
  'archive key: {}': '归档端密钥：{1}',
  'there is no archive in {}': '{1} 中没有归档端',
  '{}: expected mode 0600, got {}': '{1}：权限应为 0600，实为 {2}',
  'chmod 600 {}, and find out who could read it': '执行 chmod 600 {1}，并查明谁可能读过它',
  '{}: expected a name and a seed of {} bytes': '{1}：应为名称与 {2} 字节的种子',

  'device id: got {}': '设备编号：实为 {1}',

  'root vkey: expected type 01, got {}': '根公钥：类型应为 01，实为 {1}',
  '{} is registered with another key: {}': '{1} 已用另一把密钥登记：{2}',
  'give the device that was provisioned anew another id, so that its old journal stays provable':
    '重新部署的设备须用新的编号，这样原有的日志账本仍可证明',
  '{}: expected one vkey, got {} bytes': '{1}：应为一个公钥，实为 {2} 字节',
  '{}: expected a root vkey of {}, got {}': '{1}：应为 {2} 的根公钥，实为 {3}',

  'the receiving end: stores, checks every hash, witnesses journals, signs receipts':
    '接收端：保存影像，核对每个哈希，见证日志账本，签发回执',
  'register this device first; may be repeated': '先登记此设备；可重复使用',
  'a broker that runs already: mqtt://host:port or mqtts://host:port':
    '已在运行的消息服务器：mqtt://主机:端口 或 mqtts://主机:端口',
  'its port; 0: the kernel picks one (default: 1883)': '其端口；0 表示由内核选择（默认：1883）',
  'where that listens (default: 127.0.0.1)': '其监听地址（默认：127.0.0.1）',
  'settings; what is named here goes over them': '设置文件；命令行所给的优先',
  'folder that liuhen archive init made': 'liuhen archive init 建立的目录',
  'run until SIGINT or SIGTERM; one JSON line on stdout says when it is ready':
    '运行到收到 SIGINT 或 SIGTERM 为止；就绪时在标准输出打印一行 JSON',
  'print JSON': '以 JSON 输出',
  'key name: <authority domain>/<id>, such as liuhen.example/archive':
    '密钥名称：<主管机关域名>/<编号>，例如 liuhen.example/archive',
  'folder for the archive': '归档端的目录',
  "make the archive's key and folder; prints the vkey that devices and verifiers pin":
    '建立归档端的密钥与目录；打印设备与核验者须指定的公钥',
  "That line is the archive's key: it goes into uplink.witness of every device.":
    '这一行是归档端的公钥：写入每台设备的 uplink.witness。',
  'folder of the archive': '归档端的目录',
  'register a device by its root vkey, also while the archive runs': '按根公钥登记设备，归档端运行时也可执行',
  'devices: how far they are witnessed, recordings, receipts, forks': '设备列表：见证进度、录像、回执、分叉',
  'no device is registered': '尚未登记任何设备',
  never: '从未',
  '{} FORK': '{1} 处分叉',
  'print the trust policy that liuhen verify --trust takes': '打印 liuhen verify --trust 所需的信任策略',
  '{} is not registered with this archive': '{1} 未在此归档端登记',
  'expected either --embedded-broker or --broker, got both':
    '应在 --embedded-broker 与 --broker 中选其一，实际两者都有',
  'expected --data FOLDER or --config FILE': '应给出 --data 目录 或 --config 文件',
  'expected --embedded-broker or --broker URL': '应给出 --embedded-broker 或 --broker 地址',
  'with --embedded-broker devices connect to this process': '使用 --embedded-broker 时，设备直接连接本进程',
  'expected a port from 0 to 65535': '应为 0 到 65535 的端口',
  'expected a host name or an address': '应为主机名或地址',
  'expected mqtt://host:port or mqtts://host:port': '应为 mqtt://主机:端口 或 mqtts://主机:端口',

  'expected PEM files, and the key of just that certificate': '应为 PEM 文件，且密钥须与该证书对应',

  'not granted: {}': '未获授权：{1}',
  'subscription to {}: {}': '订阅 {1}：{2}',

  'not connected to the broker': '没有连接到消息服务器',
  'connection to the broker: {}': '与消息服务器的连接：{1}',

  'expected packets of at most {} bytes from the other side': '对方的报文应不超过 {1} 字节',
  'bound the size of messages at the broker (mosquitto: message_size_limit), and who may publish to whom':
    '在消息服务器上限制消息大小（mosquitto：message_size_limit），并限定谁可向谁发布',

  'no message id is free': '没有空闲的消息编号',
  'for a reason that it did not name': '未说明原因',

  'the broker does not speak MQTT protocol level {}': '消息服务器不支持 MQTT 协议级别 {1}',
  'the broker refused {}: {} (0x{})': '消息服务器拒绝了 {1}：{2}（0x{3}）',
  'the connection to the broker was closed': '与消息服务器的连接已被关闭',
  'the connection to the broker was closed (reason 0x{})': '与消息服务器的连接已被关闭（原因 0x{1}）',
  'set {}.username and {}.passwordFile': '设置 {1}.username 与 {2}.passwordFile',
  'correct {}.username or the file that {}.passwordFile names; it is read at each connection':
    '更正 {1}.username 或 {2}.passwordFile 所指的文件；每次连接时都会重新读取',
  "{}.tls.caFile must hold the certificate that signed the broker's":
    '{1}.tls.caFile 须含签发消息服务器证书的证书',
  "renew it at the broker, or set this machine's clock": '在消息服务器上更新证书，或校准本机时钟',
  'if it asks for one, set {}.tls.certFile and {}.tls.keyFile':
    '若它要求证书，设置 {1}.tls.certFile 与 {2}.tls.keyFile',
  'it must be signed by whom the broker trusts, and in its time':
    '证书须由消息服务器信任的机构签发，且在有效期内',

  'the broker takes at most {} bytes, got {}': '消息服务器最多接收 {1} 字节，实为 {2}',

  '{} message: expected {}': '{1} 消息：应为 {2}',
  '{}: malformed': '{1}：格式有误',
  'a message: {}': '消息：{1}',
  'a message: malformed': '消息：格式有误',
  'JSON in UTF-8': 'UTF-8 编码的 JSON',
  'at most {} bytes, got {}': '不超过 {1} 字节，实为 {2}',
  'strict CBOR ({})': '严格的 CBOR（{1}）',

  'a cosigned checkpoint without a line by {}': '联署的检查点缺少 {1} 的一行',
  'a cosigned checkpoint of {}': '{1} 的联署检查点',
  'a cosigned checkpoint of size {}, {} is known': '大小 {1} 的联署检查点，已知 {2}',
  'a cosigned checkpoint of size {} without a good signature of ours':
    '大小 {1} 的联署检查点没有本设备的有效签名',
  'a receipt for {}': '{1} 的回执',
  'a receipt for recording {}, which is unknown here': '录像 {1} 的回执，而此处没有该录像',
  'a receipt for recording {}, which is still going on': '录像 {1} 的回执，而该录像仍在进行',
  'recording {} has its receipt': '录像 {1} 已有回执',
  'receipt for recording {}: expected {} fragments with digest {}, got {} with {}':
    '录像 {1} 的回执：应为 {2} 个片段、摘要 {3}，实为 {4} 个、摘要 {5}',

  'uplink: expected uplink.broker to be set': '上传：应设置 uplink.broker',
  'uplink: expected uplink.witness to be set': '上传：应设置 uplink.witness',
  'uplink.witness: expected a cosigner key (type 04), got {}':
    'uplink.witness：应为联署公钥（类型 04），实为 {1}',
  '{}:{}: expected {}': '{1}:{2}：应为 {3}',
  'user, topic or pattern, as liuhen authority writes them':
    'user、topic 或 pattern，由 liuhen authority 写出',
  'at most {} lines': '不超过 {1} 行',
  entries: '条目',
  recordings: '录像',
  forks: '分叉',
  'A broker that asks for certificates, and at which devices enrol by token: liuhen authority init --archive FOLDER writes its settings.':
    '要求证书、并可凭令牌入网的消息服务器：其设置由 liuhen authority init --archive 目录 写出。',
  'be the broker as well, one that asks nobody for a certificate':
    '同时充当消息服务器，且不要求任何人出示证书',
  'liuhen authority init writes the rules anew': 'liuhen authority init 可重新写出规则',
  'liuhen authority init writes these files': '这些文件由 liuhen authority init 写出',
  'liuhen archive init --data {} --name <authority domain>/archive':
    'liuhen archive init --data {1} --name <主管机关域名>/archive',
  'liuhen authority init --archive FOLDER writes settings with which it does':
    'liuhen authority init --archive 目录 可写出相应的设置',
  'liuhen archive init --data FOLDER --name <authority domain>/archive makes one':
    '用 liuhen archive init --data 目录 --name <主管机关域名>/archive 建立',
  'or, with certificates and enrolment: liuhen authority init --domain {} --archive {}':
    '或启用证书与入网：liuhen authority init --domain {1} --archive {2}',
};
