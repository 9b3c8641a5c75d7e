"""`python -m simulator`: the platform and the phone page on this machine."""

import argparse
import os
import sys
import threading

from simulator.platform import Platform
from simulator.world import MODES

# Every user of the machine can read a command line; the environment of a process only its owner can (R70).
APP_SECRET, TOKEN, AES_KEY = SECRETS = ("SIMULATOR_APP_SECRET", "SIMULATOR_TOKEN", "SIMULATOR_AES_KEY")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="微信公众平台模拟器，仅本地演示。",
        epilog=f"密钥写在环境变量里：{'、'.join(SECRETS)}。",
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback addresses only")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/channels/wechat_oa")
    parser.add_argument("--app-id", required=True)
    parser.add_argument("--original-id", required=True)
    parser.add_argument("--mode", choices=MODES, default="safe")
    parser.add_argument("--tries", type=int, choices=(3, 4), default=3)
    asked = parser.parse_args()
    if missing := [variable for variable in SECRETS if not os.environ.get(variable)]:
        parser.error(f"没有设置环境变量 {'、'.join(missing)}")
    return asked


def main() -> None:
    asked = arguments()
    try:
        platform = Platform(
            app_id=asked.app_id, app_secret=os.environ[APP_SECRET], token=os.environ[TOKEN],
            aes_key=os.environ[AES_KEY], original_id=asked.original_id, mode=asked.mode, webhook=asked.webhook,
            tries=asked.tries,
        )  # fmt: skip
        with platform.serve(asked.port, asked.host) as address:
            sys.stdout.write(f"微信模拟器：{address}/  （推送到 {asked.webhook}，Ctrl+C 结束）\n")
            sys.stdout.flush()
            threading.Event().wait()
    except ValueError as trouble:
        sys.exit(f"模拟器没有启动：{trouble}")
    except KeyboardInterrupt:
        sys.stdout.write("\n模拟器已停。\n")


if __name__ == "__main__":
    main()
