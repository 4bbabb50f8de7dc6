import type { Catalogue } from '../pattern.js';

/** Hardware. */
export const driversZh: Catalogue = {
  'camera: expected a microphone, {} gives no sound': '摄像头：应有麦克风，{1} 没有声音',
  'camera: {}: {}': '摄像头：{1}：{2}',
  'the microphone {} cannot be opened, so it records without it': '麦克风 {1} 无法打开，因此无声录制',
  '{} gives no sound and no microphone is named, so it records in silence: set camera.microphone, or camera.audio to false':
    '{1} 没有声音，也未指定麦克风，因此无声录制：设置 camera.microphone，或把 camera.audio 设为 false',

  'expected a camera that gives h264, which copying takes, found {}': '直接复制要求摄像头给出 h264，实为 {1}',
  'expected raw pictures, mjpeg or h264 of the camera, found {}':
    '摄像头应给出原始画面、mjpeg 或 h264，实为 {1}',

  'no font has Chinese characters, they show as boxes in the picture: apt-get install fonts-wqy-microhei (2 MB) or fonts-noto-cjk':
    '没有含汉字的字体，画面上会显示为方框：apt-get install fonts-wqy-microhei（2 MB）或 fonts-noto-cjk',
  'the picture carries no up-to-date display, ffmpeg needs its drawtext filter and a font (apt-get install ffmpeg fonts-dejavu-core): {}':
    '画面没有实时叠加信息，ffmpeg 需要 drawtext 滤镜和字体（apt-get install ffmpeg fonts-dejavu-core）：{1}',

  'no data for {} ms': '{1} 毫秒没有数据',
  'process {} could not be killed': '无法结束进程 {1}',
  "ffmpeg: not found at '{}', install it with apt-get install ffmpeg":
    'ffmpeg：在“{1}”没有找到，用 apt-get install ffmpeg 安装',
  "ffmpeg: '{}' could not be started: {}": 'ffmpeg：无法启动“{1}”：{2}',
  'the source ended': '画面来源已结束',
  'ffmpeg was ended by {}': 'ffmpeg 被 {1} 结束',
  'ffmpeg ended with status {}': 'ffmpeg 以状态 {1} 结束',
  'it did not finish when asked to and was killed': '要求其结束时没有结束，已强制终止',

  'camera: expected an rtsp URL with a host, found {}': '摄像头：应为带主机名的 rtsp 地址，实为 {1}',
  'give synthetic, rtsp://HOST/PATH, rtsps://HOST/PATH, /dev/videoN or the path of a video file':
    '请给出 synthetic、rtsp://HOST/PATH、rtsps://HOST/PATH、/dev/videoN 或视频文件的路径',
  'camera: expected a camera, found {}': '摄像头：应为摄像头，实为 {1}',
  'camera: expected a video file at {}, found {}': '摄像头：{1} 处应为视频文件，实为 {2}',
  'not a file': '不是文件',

  'gpio: expected {}/export, found no such file': 'GPIO：应有 {1}/export，没有此文件',
  'run a kernel with CONFIG_GPIO_SYSFS=y (grep GPIO_SYSFS /boot/config-$(uname -r)), with /sys mounted':
    '使用带 CONFIG_GPIO_SYSFS=y 的内核（grep GPIO_SYSFS /boot/config-$(uname -r)），并挂载 /sys',
  'gpio: expected a chip {}, found {}': 'GPIO：应有芯片 {1}，现有 {2}',
  'name one of these in the config': '在配置中使用其中之一',
  "load the driver of the board's GPIO chip, or enable it in the device tree":
    '加载主板 GPIO 芯片的驱动，或在设备树中启用它',
  'gpio: expected one chip {}, found {}': 'GPIO：应只有一个芯片 {1}，现有 {2}',
  'name the chip by its device, which stands in brackets, instead of its label':
    '不用标签，改用括号中的设备名指定芯片',
  'gpio: expected line 0 to {} of chip {}, found line {}': 'GPIO：芯片 {2} 的线号应为 0 到 {1}，实为 {3}',
  "count lines from 0 within the chip; the board's manual names them":
    '线号在芯片内从 0 数起；主板手册列有各线',
  'no chip at all': '没有任何芯片',
  '{} ({}, {} lines)': '{1}（{2}，{3} 条线）',
  '{} (no device, {} lines)': '{1}（无设备，{2} 条线）',

  'see dmesg for what the driver of the chip says': '用 dmesg 查看芯片驱动的信息',
  'gpio: {}': 'GPIO：{1}',
  'gpio: expected {} to be free, found it opened by this agent': 'GPIO：{1} 应空闲，已被此代理程序打开',
  'give each line one purpose in the config': '在配置中让每条线只有一个用途',
  'gpio: expected to set up {}: {}': 'GPIO：设置{1}时出错：{2}',
  'unexport the line (write its number to /sys/class/gpio/unexport as root), then start again':
    '释放该线（以 root 身份把线号写入 /sys/class/gpio/unexport），然后重新启动',
  'gpio: expected {} to answer: {}': 'GPIO：{1} 应有应答：{2}',
  'see dmesg whether the chip was unplugged or its driver removed, then start the agent again':
    '用 dmesg 查看芯片是否被拔出或驱动被卸载，然后重新启动代理程序',
  'use a line of a chip with interrupts, or give the chip its interrupt in the device tree':
    '改用支持中断的芯片上的线，或在设备树中为芯片指定中断',
  'see who holds it (as root: cat /sys/kernel/debug/gpio), and stop that or choose another line':
    '查看占用者（以 root 身份：cat /sys/kernel/debug/gpio），停止它或改用另一条线',
  'mount /sys for writing, also for the container or service that runs the agent':
    '以可写方式挂载 /sys，运行代理程序的容器或服务也须如此',
  'add the user that runs the agent to group {} (usermod -aG), then start it again':
    '把运行代理程序的用户加入 {1} 组（usermod -aG），然后重新启动代理程序',
  'add a udev rule for SUBSYSTEM=="gpio" that gives /sys/class/gpio and its lines to a group (gpio), and the user that runs the agent to that group':
    '为 SUBSYSTEM=="gpio" 添加 udev 规则，把 /sys/class/gpio 及其各线交给一个组（gpio），并把运行代理程序的用户加入该组',
  "choose another line; the board's manual says which are led out": '改用另一条线；主板手册说明哪些已引出',
  'the chip gives this line a name of its own in sysfs; choose another line':
    '该芯片在 sysfs 中为此线另起名称；改用另一条线',
  'line {} of chip {}': '芯片 {2} 的第 {1} 线',

  'gpio: expected the package onoff with its compiled part: {}': 'GPIO：应有带编译部分的 onoff 软件包：{1}',
  "install g++, make, python3 and Node's headers (/usr/include/node), then run scripts/setup again":
    '安装 g++、make、python3 与 Node 头文件（/usr/include/node），然后重新运行 scripts/setup',

  'its direction stays {}': '其方向仍为 {1}',
  'its active_low stays {}': '其 active_low 仍为 {1}',
  'its edge stays {}': '其触发沿仍为 {1}',

  'not opened yet': '尚未打开',
  'serial: {} is not open: closed': '串口：{1} 未打开：已关闭',
  'serial: {} is not open: {}': '串口：{1} 未打开：{2}',

  'serial: expected at most {} bytes waiting for {}, got {} and {} more':
    '串口：等待写入 {2} 的数据应不超过 {1} 字节，实为 {3} 另加 {4}',
  'serial: {} was closed': '串口：{1} 已关闭',
  'serial: {} took no byte for {} ms': '串口：{1} 在 {2} 毫秒内没有接收任何字节',
  'look whether the device on the other end is alive and flow control is off':
    '检查对端设备是否正常，流控是否已关闭',

  'serial: expected one port {}, found {}: {}': '串口：应只有一个端口 {1}，现有 {2} 个：{3}',
  'add the serial number, usb:VENDOR:PRODUCT:SERIAL, or name the one by its by-id link or path':
    '加上序列号，即 usb:VENDOR:PRODUCT:SERIAL，或用 by-id 链接或路径指定',
  'serial: expected a port {}, found no serial port at all': '串口：应有端口 {1}，没有任何串口',
  'serial: expected a port {}, found {}': '串口：应有端口 {1}，现有 {2}',
  'plug the device in, or put the name of the one that is meant into the configuration':
    '接入设备，或把所指设备的名称写入配置',
  'serial: no permission to open {}, which belongs to group {}': '串口：没有权限打开 {1}，它属于 {2} 组',
  'serial: no permission to open {}, which no group may write to':
    '串口：没有权限打开 {1}，没有任何组对它有写权限',
  'add a udev rule for SUBSYSTEM=="tty" that gives it to a group (GROUP="dialout", MODE="0660"), and the agent\'s user to that group':
    '添加一条针对 SUBSYSTEM=="tty" 的 udev 规则，把它交给一个组（GROUP="dialout"、MODE="0660"），再把代理程序的用户加入该组',
  "add the agent's user to it: usermod -aG {} USER, then log in or start the service again":
    '把代理程序的用户加入该组：usermod -aG {1} USER，然后重新登录或重新启动服务',
  'serial: {} is in use by another program': '串口：{1} 正被另一程序使用',
  'fuser {} names it; often it is ModemManager or a second agent':
    'fuser {1} 可查出占用者；通常是 ModemManager 或另一个代理程序',
  'serial: {} is not a serial port': '串口：{1} 不是串口',
  'serial: could not open {}: {}': '串口：无法打开 {1}：{2}',
  'serial: {} was unplugged': '串口：{1} 已被拔出',
  'serial: {} failed: {}': '串口：{1} 出错：{2}',

  'serial: expected the main thread, got a worker': '串口：应在主线程中，实为工作线程',
  'serial: expected Linux or another Unix': '串口：应为 Linux 或其他 Unix',

  'serial: expected a port, got {}': '串口：应为端口，实为 {1}',
  'give /dev/serial/by-id/NAME, usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL (four hex digits each), or a path such as /dev/ttyS1':
    '请给出 /dev/serial/by-id/NAME、usb:VENDOR:PRODUCT 或 usb:VENDOR:PRODUCT:SERIAL（各四位十六进制数），或 /dev/ttyS1 之类的路径',

  'serial: no data for {} ms from {}': '串口：{2} 在 {1} 毫秒内没有数据',
  'look at the power and the cable of the device, and whether the port is the right one':
    '检查设备的供电与线缆，以及端口是否正确',
  'inappropriate ioctl': '不适用的操作',
};
