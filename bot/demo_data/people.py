"""A dozen invented veterans: the first surnames of the 百家姓 in their order, and 甲乙丙丁, which are nobody's names."""

from __future__ import annotations

from bot.demo_data.past import Person

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
MIDDLE = "建国志德永明洪成世光兴东"
LAST = "甲乙丙丁戊己庚辛壬癸子丑"
PLACES = (
    "演示一镇第一村", "演示二镇第三村", "演示三镇第二村", "演示一镇第四村", "演示四镇第五村", "演示一镇第六村",
    "演示五镇第一村", "演示六镇第二村", "演示三镇第四村", "演示七镇第一村", "演示一镇第二村", "演示八镇第三村",
)  # fmt: skip

PEOPLE = tuple(
    Person(f"{surname}{middle}{last}", place, f"1380000{number:04d}")
    for number, (surname, middle, last, place) in enumerate(zip(SURNAMES, MIDDLE, LAST, PLACES, strict=True), start=1)
)
ZHAO, QIAN, SUN, LI, ZHOU, WU, ZHENG, WANG, FENG, CHEN, CHU, WEI = PEOPLE
