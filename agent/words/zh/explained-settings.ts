import type { Catalogue } from '../pattern.js';

/** What `liuhen config explain` says of each setting. */
export const explainedSettingsZh: Catalogue = {
  'version of these settings; a file of an older one is migrated, one of a newer one is refused':
    '这些设置的版本；旧版本的文件会被迁移，更新版本的文件会被拒绝',
  'the role this program plays': '本程序承担的角色',
  'name of this device, unique under its authority; it can not change once the journal has begun':
    '此设备的编号，在主管机关内唯一；日志账本开始后不能更改',
  'domain of the authority that answers for this device; with the id it names the journal':
    '对此设备负责的主管机关的域名；与编号一起为日志账本命名',
  'folder for journal, footage and keys': '存放日志账本、影像和密钥的目录',
  'where the picture comes from; `synthetic` is a test picture and proves nothing':
    '画面来源；`synthetic` 为测试图像，不能证明任何内容',
  'user name for an rtsp:// camera': 'rtsp:// 摄像头的用户名',
  'file that holds the password for an rtsp:// camera': '存放 rtsp:// 摄像头密码的文件',
  'keep the stream as the camera encoded it; its key frames then decide where fragments may end':
    '保留摄像头编码的原始码流；此时由其关键帧决定片段在何处结束',
  'width of the encoded picture': '编码后画面的宽度',
  'height of the encoded picture': '编码后画面的高度',
  'frames per second of the encoded picture': '编码后画面的每秒帧数',
  'bit rate of the encoded picture': '编码后画面的码率',
  'record sound as well': '同时录音',
  'where the sound comes from; absent: from the camera itself, and a /dev/videoN gives none':
    '声音来源；不设置则来自摄像头本身，而 /dev/videoN 没有声音',
  'what is drawn into the picture; true: the time, the device and the officer':
    '叠加在画面上的内容；true 表示时间、设备和执法人员',
  'zone of the time drawn into the picture': '叠加在画面上的时间所用的时区',
  'silence of the camera after which it is restarted and a gap is signed; longer than its key frame interval':
    '摄像头静默超过此时长即重启并签署间断；应长于其关键帧间隔',
  'wait before the first restart': '首次重启之前的等待',
  'longest wait; each failure doubles the wait up to it': '最长等待；每失败一次等待加倍，直至此值',
  'what is recorded: moving pictures with sound, sound alone, or still pictures':
    '录制内容：有声视频、仅声音，或单张图片',
  'time from one still picture to the next; each is two shots of the same moment':
    '两张图片之间的时间；每次为同一时刻拍两张',
  'length of a fragment: what a power cut can cost at most, and how fine a gap can be told':
    '片段长度：断电最多损失的影像，也是能够指明间断的精度',
  'footage kept from before the button was pressed': '保留按下按键之前的影像',
  'memory the pre-record may take; the oldest fragments go first': '预录可占用的内存；最旧的片段先被舍弃',
  'footage that may wait in memory for the disk; beyond it a gap is signed instead of running out of memory':
    '等待写盘的影像可占用的内存；超出时签署间断，而不耗尽内存',
  'enforcement behaviour of what the button records; absent: none is named':
    '由按键开始的录像所属的执法行为；不设置则不指明',
  'enforcement behaviours of this authority, instead of config/policy/behaviours.yaml':
    '本机关的执法行为，代替 config/policy/behaviours.yaml',
  'life of a signing key while recording; whoever seizes the device can re-sign at most this much':
    '录制期间签名密钥的有效时长；夺得设备者最多只能重签这段时间',
  'longest silence before an entry is written anyway': '最长静默时间，超过即写入一个条目',
  'change of the wall clock that is written down': '需要记录的时钟变化幅度',
  'least time between two `witnessed` entries': '两个 `witnessed` 条目之间的最短时间',
  'free space footage never uses, so that the journal can always be closed':
    '影像从不占用的空间，以便日志账本总能关闭',
  'how long a recording stays after the archive has receipted it; without a receipt it stays for ever':
    '归档端出具回执后录像的保存时长；没有回执则永久保存',
  'how often to look for what may be removed': '查找可清理内容的间隔',
  'low voltage means active': '低电平表示有效',
  'how long a line must hold its level to count: buttons chatter': '线路保持电平多久才算数：按键会抖动',
  'longest pause between the two presses of a double press, which is an SOS':
    '双击的两次按压之间的最长间隔，双击即求救',
  'how long the button is held to stop': '按住按键多久表示停止',
  'time in which a second long press must confirm the end of a whole-process recording':
    '第二次长按确认结束全过程录像的时限',
  'how often the board is asked for battery, doors and supply where no attention line says when':
    '没有提醒线时，向单片机询问电池、仓门和供电的间隔',
  'public key that firmware for the board must be signed with': '单片机固件签名须对应的公钥',
  'charge at which low battery is announced, unless it is charging': '提示电量低的电量，充电时除外',
  'charge at which a recording is ended, while there is power to seal its end':
    '结束录制的电量，此时尚有电力封存结尾',
  'how often the system is asked where no board tells': '没有单片机告知时向系统询问的间隔',
  'officers known to this device, by card; a card that is not in it is an event and no officer':
    '此设备已知的执法人员及其卡；不在其中的卡只记为事件，不作为执法人员',
  'how long a card that was shown names the officer of the recordings that begin after it':
    '刷卡之后多久之内开始的录像算作该执法人员所录',
  'MQTT broker; absent: no connection is made': 'MQTT 消息服务器；不设置则不建立连接',
  'MQTT protocol level: 5, or 4 for a broker that only speaks 3.1.1':
    'MQTT 协议级别：5；消息服务器只支持 3.1.1 时为 4',
  'user name at the broker': '消息服务器的用户名',
  'file that holds the password at the broker; the password itself never stands in the configuration':
    '存放消息服务器密码的文件；密码本身从不写在配置中',
  'certificates to trust instead of the system ones': '代替系统证书的受信任证书',
  'certificate this side shows to the broker': '本端向消息服务器出示的证书',
  'private key of that certificate': '该证书的私钥',
  'silence after which the link is probed': '静默多久之后探测链路',
  'wait before the first reconnection': '首次重连之前的等待',
  'most footage bytes in one MQTT message': '一条 MQTT 消息中最多的影像字节数',
  'footage sent but not yet acknowledged': '已发送但尚未确认的影像',
  'ceiling for footage; absent: no ceiling': '影像上传的带宽上限；不设置则不限',
  'how long before its end a certificate of liuhen provision is renewed, at the latest in the last third of its life; 0s: not by itself':
    'liuhen provision 的证书在到期前多久更新，最迟在有效期的最后三分之一；0s 表示不自动更新',
  'how often to ask the archive what it lacks': '询问归档端缺少什么的间隔',
  "the archive's witness vkey: receipts and cosignatures that do not verify against it do not count":
    '归档端的见证公钥：不能以此核验的回执和联署一律不算',
  'key name of the archive in cosignatures and receipts; absent: <device.authority>/<device.id>':
    '归档端在联署和回执中的密钥名称；不设置则为 <device.authority>/<device.id>',
  'address to listen on': '监听地址',
  'port to listen on; 0: the kernel picks one': '监听端口；0 表示由内核选择',
  'who signs the certificates that devices show': '设备所出示证书的签发者',
  'certificate that the broker shows': '消息服务器出示的证书',
  'certificates that were revoked': '已吊销的证书',
  'who may write and read what, as liuhen authority writes it for mosquitto; read again when it changes':
    '谁可以读写什么，由 liuhen authority 为 mosquitto 写出；改动后重新读取',
  'port where devices without a certificate enrol with a one-time token, and nothing else; goes with tls':
    '没有证书的设备凭一次性令牌入网的端口，别无他用；须与 tls 同时设置',
  'how long nothing may be heard of a device before liuhen doctor names it':
    '多久没有一台设备的消息时，liuhen doctor 予以指出',
  'largest MQTT payload taken; larger ones are refused': '接收的最大 MQTT 消息；更大的会被拒绝',
  'footage that may wait in memory for the disk; one fragment that is larger, of at most 64MiB, is let in beside it':
    '等待写盘的影像可占用的内存；另可容纳一个更大的片段，最大 64MiB',
  'the hall whose content is shown; content for another hall is refused':
    '所显示内容所属的大厅；其他大厅的内容会被拒绝',
  "the authority's root key: only it says which keys may sign content and commands; absent: no command is obeyed":
    '主管机关的根公钥：只有它能指明哪些密钥可签署内容与命令；不设置则不执行任何命令',
  'catalogue of major decisions of this authority, instead of config/policy/review.yaml':
    '本机关的重大决定目录，代替 config/policy/review.yaml',
  'days that rest or work beyond the calendar that ships, such as `2027-02-05: rest`':
    '自带日历之外的休息日或工作日，例如 `2027-02-05: rest`',
  'term from a decision to its publication': '从作出决定到公示的期限',
  'the same for licences': '同上，用于行政许可',
  'the same for penalties': '同上，用于行政处罚',
  'term from an inspection to the publication of its result': '从检查到公示检查结果的期限',
  'how long a legal review may take; one that took longer opens no gate':
    '法制审核最长的期限；超过期限的审核不能放行',
  'pieces of content the store takes, histories not counted': '存储容纳的内容项数，历史版本不计',
  'silence of a page after which it no longer counts as showing anything':
    '页面静默超过此时长即不再视为在显示',
  'the window that this screen stands at; a kiosk needs it': '此屏幕所在的窗口；大厅终端必须设置',
  'name of the hall in Chinese, at the top of every page': '大厅的中文名称，显示在每页顶部',
  'the same in English': '同上，英文名称',
  'port of the pages on 127.0.0.1; 0: the kernel picks one': '127.0.0.1 上页面的端口；0 表示由内核选择',
  'time without a touch after which the screen returns to its first page': '多久没有触摸后屏幕返回首页',
  'how long the broker may be away before the pages say since when':
    '消息服务器离线多久之后，页面注明自何时起',
  'how long nothing may be heard of the platform before status and doctor say so; of a kiosk without a broker, since content was last taken':
    '多久没有平台的消息时，状态与体检予以指出；没有消息服务器的大厅终端自上次接收内容算起',
  'staff who go on and off duty by card, in the form of hardware.officersFile; hardware.cardReader reads the cards':
    '刷卡上下岗的工作人员，格式同 hardware.officersFile；由 hardware.cardReader 读卡',
  'how long a card or the away button counts; then what is published stands again':
    '刷卡或离岗按键有效的时长；此后恢复为已发布的内容',
  'how long nobody stands before the screen until it goes dark; needs kiosk.presence':
    '屏幕前多久无人即熄屏；须设置 kiosk.presence',
  'least level logged': '记入日志的最低级别',
  'file for the log beside stderr, where nothing keeps that; it is begun anew at 8 MiB, and one before it is kept':
    '除标准错误外的日志文件，用于没有别处保存日志时；达到 8 MiB 后重新开始，并保留前一个',
  'chip of the line for {}': '{1}的线所在的芯片',
  'offset within the chip of the line for {}': '{1}的线在芯片内的序号',
  'the button': '按键',
  'the recording light': '录制指示灯',
  'the buzzer': '蜂鸣器',
  'the vibration motor': '振动马达',
  'the switch that is active while the cover is open': '机壳打开时有效的开关',
  'the switch that is active while the door of the storage card is open': '存储卡仓门打开时有效的开关',
  'the switch that is active while the door of the SIM card is open': 'SIM 卡仓门打开时有效的开关',
  "the microcontroller's attention line": '单片机提醒线',
  'the presence sensor, active while somebody stands before the screen': '屏幕前有人时有效的感应器',
  'the button of staff who are away for a few minutes': '工作人员短暂离岗按键',
  'serial port of {}; a name that stays when others are plugged in':
    '{1}的串口；应使用接入其他设备后仍不变的名称',
  'speed of the port of {}': '{1}端口的波特率',
  'the GNSS receiver': '卫星定位模块',
  'the card reader': '读卡器',
  "the board's microcontroller": '单片机',
  'whole number': '整数',
  choice: '可选值',
  text: '文本',
  path: '路径',
  'word, URL or path': '单词、地址或路径',
  'true or false': '是或否',
  'bit rate': '码率',
  duration: '时长',
  size: '大小',
  '{} to {} (a version)': '{1} 到 {2}（版本号）',
  'a-z, 0-9 and -, 1 to 64 characters': 'a-z、0-9 和 -，1 到 64 个字符',
  'a domain name': '域名',
  'relative to the configuration file': '相对于配置文件',
  'synthetic, /dev/videoN, rtsp://…, a file': 'synthetic、/dev/videoN、rtsp://…、文件',
  '{} to {} pixels': '{1} 到 {2} 像素',
  '{} to {} frames': '{1} 到 {2} 帧',
  'true, false, a list of time, device, officer': 'true、false，或 time、device、officer 的列表',
  'a behaviour of the policy': '策略中的执法行为',
  'label of a GPIO chip': 'GPIO 芯片的标签',
  '{} to {} (offset of a GPIO line)': '{1} 到 {2}（GPIO 线的序号）',
  '{} to {} bits a second': '{1} 到 {2} 比特每秒',
  '{} to {} percent': '百分之 {1} 到 {2}',
  'a host name or an IP address': '主机名或 IP 地址',
  '{} to {} (a TCP port)': '{1} 到 {2}（TCP 端口）',
  '{} to {} working days': '{1} 到 {2} 个工作日',
  '{} to {} pieces of content': '{1} 到 {2} 项内容',
  '<name>+<8 hex digits>+<base64>': '<名称>+<8 位十六进制>+<base64>',
  '<authority domain>/<id>': '<主管机关域名>/<编号>',
};
