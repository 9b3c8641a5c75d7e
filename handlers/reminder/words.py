"""What is said about days that must not be missed."""

from __future__ import annotations

from handlers.kit.phrase import Phrase
from knowledge_base.spoken_date import Missing

RULE = Phrase("reminder.rule", "{rule}。")
ASK_DAY = Phrase(
    "reminder.ask_day",
    "{since}，是哪年哪月哪日？\n像这样说：26年9月1日，去年九月一号，昨天。\n8 找人帮我算\n9 不用提醒",
)
NOT_READ = {
    Missing.UNREAD: Phrase("reminder.unread", "没看出是哪一天。"),
    Missing.PART: Phrase("reminder.part", "还差一点，要有几月几号。"),
    Missing.NO_SUCH_DAY: Phrase("reminder.no_such_day", "好像没有这一天，请再看一眼纸上写的日子。"),
    Missing.SEVERAL: Phrase("reminder.several", "听到不止一个日子，只说这一个就行。"),
    Missing.LUNAR: Phrase("reminder.lunar", "期限按阳历（公历）算，农历的我不会换算。请看看纸上写的日子。"),
}
SURE = Phrase(
    "reminder.sure",
    "您说的是 {from_day}。\n那最晚 {day}，还有 {days} 天。我提前 {ahead}提醒您，行不行？\n1 行\n2 不用\n日子不对，再说一遍就行。",
)
SURE_EARLIEST = Phrase(
    "reminder.sure_earliest",
    "您说的是 {from_day}。\n那最早 {day}，还有 {days} 天。到那天我提醒您，行不行？\n1 行\n2 不用\n日子不对，再说一遍就行。",
)
SO_SOON = Phrase(
    "reminder.so_soon",
    "您说的是 {from_day}。\n那最晚 {day}，就是{when}了。请赶紧去，这就不另外提醒了。\n8 找人帮忙\n日子不对，再说一遍就行。",
)
PASSED = Phrase(
    "reminder.passed",
    "您说的是 {from_day}，算下来 {day} 到期。\n日子可能过了，也先去问：有正当理由耽搁的，法里可能另有说法。\n"
    "8 找人问\n日子不对，再说一遍就行。",
)
OPEN_ALREADY = Phrase(
    "reminder.open_already",
    "您说的是 {from_day}，算下来 {day} 就满了，现在就可以去问。\n8 找人问\n日子不对，再说一遍就行。",
)
NOT_NEEDED = Phrase("reminder.not_needed", "好的，不提醒。以后想要，再问一遍这件事就行。")
NOT_KEPT = Phrase("reminder.not_kept", "好的，不记。那请您自己记一下：{day}。问政策、找人照样可以。")
KEPT = Phrase("reminder.kept", "记下了：{what}，{limit} {day}。我{ahead}提醒您。\n想看、想改、不要了，说“我的提醒”。")
FULL = Phrase("reminder.full", "提醒记满了，先说“我的提醒”，停掉不要的，再来记这个。")
ASK_PHONE = Phrase(
    "reminder.ask_phone",
    "微信有规定，您两天没说话，我们就发不出去。留个手机号吧，发不出去就请人打给您。直接发号码；不留，回复 2。",
)
NOT_A_PHONE = Phrase("reminder.not_a_phone", "这个电话好像不对，手机是 11 位。请再发一次；不留，回复 2。")
PHONE_KEPT = Phrase("reminder.phone_kept", "电话记下了。微信发不出去的时候，请人打给您。")
NO_PHONE = Phrase("reminder.no_phone", "好的，不留。快到日子的时候，您跟我说句话，提醒就出来了。")

UNNAMED = "您问过的那件有期限的事"  # kept in the stead of what the person did not want to be kept
NONE_KEPT = Phrase("reminder.none_kept", "现在没有提醒。问到有期限的事，我会问您要不要提醒。")
LIST = Phrase("reminder.list", "您有 {count} 个提醒，回复数字看：")
STOP_WHICH = Phrase("reminder.stop_which", "停哪一个？回复数字。")
ONE = Phrase("reminder.one", "{what}，{limit} {day}。\n1 改日子\n2 不用提醒了\n8 找人")
CANNOT_CHANGE = Phrase(
    "reminder.cannot_change", "这个日子在这里改不了。先停掉，再问一遍那件事，重新记就行。\n2 不用提醒了\n8 找人"
)
DROPPED = Phrase("reminder.dropped", "好的，不提醒了：{what}。日子还是 {day}，您自己记着点。")

TOLD = Phrase(
    "reminder.told",
    "提醒您：{what}，最晚 {day}。\n怕赶不上、办不成，也先去问，回复 8 找人帮忙。\n不用提醒了，说“停提醒”。",
)
TOLD_EARLIEST = Phrase(
    "reminder.told_earliest",
    "提醒您：{what}，{day} 满期，从这天起可以去问了。\n要人帮忙，回复 8。\n不用提醒了，说“停提醒”。",
)
