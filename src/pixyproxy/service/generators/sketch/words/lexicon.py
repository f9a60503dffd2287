"""The words sketch understands: English first, the commonest nouns in a few more tongues, and emoji."""

SUBJECTS: dict[str, str] = {
    # places
    "sky": "sky skies heaven cielo ciel himmel 天空 空",
    "sea": "sea ocean seas oceans marine seaside waves wave mar oceano mer meer ozean 海 大海 海洋 🌊",
    "beach": "beach beaches shore coast coastline sand island islands isle playa plage strand 沙滩 海滩 🏖 🏝",
    "lake": "lake lakes pond lagoon bay fjord lago lac 湖 湖泊",
    "river": "river rivers stream creek brook canal waterfall rio riviere fleuve fluss 河 河流 川",
    "mountain": "mountain mountains peak peaks alps alpine summit "
    "volcano montana montanas montagne montagnes "
    "berg berge 山 山脉 ⛰ 🏔 🗻",
    "hill": "hill hills valley countryside landscape meadow "
    "meadows field fields grass grassland prairie pasture "
    "farm garden park colina collines hugel wiese 草原 丘",
    "desert": "desert deserts dune dunes sahara desierto wuste 沙漠 🏜",
    "forest": "forest forests woods woodland jungle grove rainforest taiga bosque foret wald 森林 森",
    "city": "city cities skyline town downtown street streets "
    "urban metropolis skyscraper skyscrapers cityscape "
    "building buildings tokyo york paris london berlin ciudad ville stadt 城市 都市 🏙 🌆 🌃",
    "roof": "roof roofs rooftop rooftops tejado toit dach 屋顶 屋根",
    "room": "room interior indoors bedroom kitchen studio "
    "livingroom office library cafe zimmer chambre 房间 部屋",
    "underwater": "underwater undersea coral reef corals aquarium seabed 海底 🪸",
    "space": "space galaxy galaxies universe cosmos cosmic nebula orbit outerspace espacio weltraum 宇宙 🌌",
    # sky
    "sun": "sun sunny sunshine sunlight sol soleil sonne 太阳 太陽 ☀ 🌞",
    "moon": "moon moonlight moonlit crescent luna lune mond 月亮 月 🌙 🌕 🌝",
    "stars": "star stars starry starlight constellation "
    "constellations estrellas etoiles sterne 星 星星 ⭐ ✨ 🌟",
    "cloud": "cloud clouds cloudy overcast nubes nuages wolken 云 雲 ☁",
    "rain": "rain rainy raining drizzle shower showers lluvia pluie regen 雨 🌧 ☔",
    "snow": "snow snowy snowing snowfall blizzard snowflake snowflakes nieve neige schnee 雪 ❄ 🌨",
    "rainbow": "rainbow rainbows arcoiris regenbogen 彩虹 虹 🌈",
    "lightning": "lightning thunder thunderbolt blitz 闪电 ⚡ 🌩",
    "aurora": "aurora borealis northernlights 极光",
    "planet": "planet planets saturn jupiter mars 行星 🪐",
    "comet": "comet meteor meteors shootingstar asteroid ☄ 🌠",
    "firework": "firework fireworks celebration 烟花 花火 🎆",
    # plants
    "tree": "tree trees oak oaks maple birch arbol arboles arbre arbres baum baume 树 木 🌳",
    "pine": "pine pines fir firs spruce conifer evergreen christmas pino sapin tanne 松 松树 🌲 🎄",
    "palm": "palm palms coconut palmera palmier palme 棕榈 🌴",
    "cactus": "cactus cacti cactuses saguaro 仙人掌 🌵",
    "flower": "flower flowers blossom blossoms bloom rose roses "
    "tulip tulips daisy daisies poppy poppies sunflower "
    "sunflowers lavender wildflower wildflowers lily "
    "flor flores fleur fleurs blume blumen 花 🌸 🌷 🌹 🌻 🌼 🌺",
    "mushroom": "mushroom mushrooms toadstool fungus seta champignon pilz 蘑菇 🍄",
    # buildings
    "house": "house houses home cottage cabin hut barn village "
    "villages farmhouse casa maison haus 房子 家 🏠 🏡",
    "castle": "castle castles fortress palace castillo chateau schloss burg 城堡 城 🏰 🏯",
    "lighthouse": "lighthouse lighthouses beacon faro phare leuchtturm 灯塔",
    "windmill": "windmill windmills mill molino moulin windmuhle 风车",
    "bridge": "bridge bridges viaduct puente pont brucke 桥 橋 🌉",
    "road": "road roads path highway lane trail camino route strasse 路 道 🛣",
    "tower": "tower towers temple pagoda church cathedral torre tour turm 塔 🗼 ⛪",
    "tent": "tent tents camp camping campfire campsite tienda zelt 帐篷 ⛺ 🏕",
    # vehicles
    "boat": "boat boats sailboat sailboats sail sailing yacht "
    "canoe ship ships vessel barco bateau boot schiff "
    "船 小船 帆船 ⛵ 🚤 🛶 🚢",
    "car": "car cars automobile taxi truck van bus coche voiture auto 汽车 車 🚗 🚙 🚕 🚌",
    "train": "train trains locomotive railway tram tren zug 火车 電車 🚂 🚆 🚄",
    "balloon": "balloon balloons globo ballon montgolfiere heissluftballon 气球 热气球 🎈",
    "rocket": "rocket rockets spaceship spacecraft shuttle cohete fusee rakete 火箭 🚀",
    "plane": "plane planes airplane aeroplane aircraft jet avion flugzeug 飞机 ✈ 🛩",
    "bicycle": "bicycle bicycles bike bikes cycling bicicleta velo fahrrad 自行车 🚲 🚴",
    # animals
    "cat": "cat cats kitten kittens kitty tabby feline "
    "gato gatos chat chats katze katzen 猫 小猫 🐱 🐈 😺 😸",
    "dog": "dog dogs puppy puppies hound retriever terrier "
    "corgi dachshund perro perros chien chiens hund hunde "
    "狗 犬 🐶 🐕 🐩",
    "fox": "fox foxes vixen zorro renard fuchs 狐狸 狐 🦊",
    "wolf": "wolf wolves coyote lobo loup 狼 🐺",
    "rabbit": "rabbit rabbits bunny bunnies hare hares conejo lapin hase 兔子 兔 🐰 🐇",
    "bear": "bear bears grizzly teddy oso 熊 🐻 🧸",
    "panda": "panda pandas 熊猫 🐼",
    "owl": "owl owls buho hibou eule 猫头鹰 🦉",
    "bird": "bird birds sparrow robin robins gull gulls seagull "
    "seagulls swallow eagle hawk crow raven dove pigeon "
    "parrot crane goose geese pajaro oiseau oiseaux vogel 鸟 鳥 🐦 🕊 🦅 🐤",
    "swan": "swan swans duck ducks duckling cisne cygne canard schwan ente 天鹅 鸭 🦢 🦆",
    "penguin": "penguin penguins pinguino pingouin pinguin 企鹅 🐧",
    "fish": "fish fishes goldfish koi salmon trout pez peces poisson fisch fische 鱼 魚 🐟 🐠 🐡",
    "whale": "whale whales orca ballena baleine wal 鲸 鲸鱼 🐳 🐋",
    "dolphin": "dolphin dolphins porpoise delfin dauphin 海豚 🐬",
    "turtle": "turtle turtles tortoise tortuga tortue schildkrote 乌龟 🐢",
    "horse": "horse horses pony stallion mare foal caballo cheval pferd 马 馬 🐴 🐎",
    "unicorn": "unicorn unicorns licorne einhorn unicornio 独角兽 🦄",
    "deer": "deer stag doe fawn reindeer moose elk antelope ciervo cerf hirsch reh 鹿 🦌",
    "elephant": "elephant elephants mammoth elefante elefant 大象 象 🐘",
    "lion": "lion lions leon lowe 狮子 🦁",
    "tiger": "tiger tigers tigre leopard panther 老虎 虎 🐯 🐅",
    "sheep": "sheep lamb lambs oveja mouton schaf 羊 绵羊 🐑 🐏",
    "frog": "frog frogs toad rana grenouille frosch 青蛙 🐸",
    "butterfly": "butterfly butterflies moth mariposa papillon schmetterling 蝴蝶 🦋",
    # people and things
    "person": "person people man men woman women girl girls boy "
    "boys child children kid kids figure couple lovers "
    "traveler traveller hiker farmer fisherman dancer king queen wizard mujer hombre nino femme homme enfant "
    "frau mann mensch menschen 人 女孩 男孩 👩 👨 👧 👦 🧑 🚶 👫",
    "robot": "robot robots android droid cyborg roboter 机器人 🤖",
    "astronaut": "astronaut astronauts spaceman cosmonaut astronauta 宇航员 👩‍🚀 🧑‍🚀 👨‍🚀",
    "snowman": "snowman snowmen 雪人 ⛄ ☃",
    "chair": "chair chairs armchair stool seat silla chaise stuhl sessel 椅子 🪑",
    "table": "table tables desk mesa tisch 桌子 机",
    "cup": "cup cups mug coffee tea teacup espresso taza tasse 杯子 咖啡 茶 ☕ 🍵",
    "lamp": "lamp lamps lantern lanterns lampara lampe laterne 灯 💡 🏮",
    "book": "book books libro livre buch bucher 书 本 📚 📖",
    "vase": "vase vases bouquet florero 花瓶 💐",
    "apple": "apple apples fruit fruits pear manzana pomme apfel 苹果 🍎 🍏",
    "heart": "heart hearts love corazon coeur herz 心 ❤ 💙 💛 💜 💕",
}

MOODS: dict[str, str] = {
    "night": "night nighttime midnight nocturnal evening noche nuit nacht 夜 夜晚 晚上",
    "dawn": "dawn sunrise morning daybreak amanecer aube morgen 黎明 日出 早晨 朝 🌅 🌄",
    "sunset": "sunset sundown goldenhour atardecer coucher sonnenuntergang 日落 夕阳 夕日 🌇",
    "dusk": "dusk twilight gloaming crepusculo crepuscule dammerung 黄昏",
    "storm": "storm stormy thunderstorm tempest hurricane tormenta tempete sturm 暴风雨 ⛈",
    "fog": "fog foggy mist misty haze hazy niebla brouillard nebel 雾 🌫",
    "winter": "winter wintry frozen frosty ice icy arctic invierno hiver 冬 冬天",
    "autumn": "autumn autumnal fall october otono automne herbst 秋 秋天 🍂 🍁",
    "spring": "spring springtime april primavera printemps fruhling 春 春天",
    "neon": "neon cyberpunk synthwave vaporwave electric glowing 霓虹",
    "pastel": "pastel pastels soft gentle dreamy delicate 柔和",
    "dark": "dark darkness gloomy moody noir oscuro sombre dunkel 黑暗",
    "calm": "calm serene peaceful quiet tranquil still zen ruhig calme tranquilo 宁静",
    "watercolor": "watercolor watercolour aquarelle acuarela 水彩",
    "bright": "bright vivid cheerful summer colorful colourful verano ete sommer 夏 夏天 明亮",
    "abstract": "abstract abstraction pattern geometric geometry bauhaus minimal minimalist 抽象",
}

COLOURS: dict[str, tuple[str, str]] = {
    "red": ("#d8392f", "red crimson scarlet ruby rojo roja rouge rot rote roter 红 红色 赤 🟥 🔴"),
    "orange": ("#f07f2e", "orange tangerine amber ginger naranja 橙 橙色 🟧 🟠"),
    "yellow": ("#f6c637", "yellow lemon mustard amarillo jaune gelb gelbe 黄 黄色 🟨 🟡"),
    "gold": ("#dca62f", "gold golden dorado 金 金色"),
    "green": ("#3f9a55", "green emerald olive lime verde vert verte grun grune 绿 绿色 緑 🟩 🟢"),
    "mint": ("#7fd3b2", "mint jade sage"),
    "teal": ("#158a8c", "teal turquoise aqua cyan"),
    "blue": ("#2f6fd0", "blue azure cobalt sapphire azul bleu bleue blau blaue 蓝 蓝色 青 🟦 🔵"),
    "navy": ("#22376f", "navy indigo"),
    "purple": ("#7d4cb8", "purple violet lilac magenta plum morado lila 紫 紫色 🟪 🟣"),
    "pink": ("#ee7fa6", "pink fuchsia rosa salmonpink 粉 粉色 粉红"),
    "brown": ("#8a5a3b", "brown chocolate bronze marron braun braune 棕色 🟫 🟤"),
    "black": ("#23252e", "black ebony negro negra noir noire schwarz schwarze 黑 黑色 ⬛ ⚫"),
    "white": ("#f6f3ea", "white ivory polar blanco blanca blanc blanche weiss weisse 白 白色 ⬜ ⚪"),
    "grey": ("#8b929c", "grey gray silver gris grau graue 灰 灰色"),
}

OWN_COLOURS: dict[str, str] = {
    word: colour
    for colour, words in {
        "red": "poppy poppies rose roses robin robins 🌹",
        "orange": "koi corgi",
        "yellow": "sunflower sunflowers taxi taxis 🌻 🚕 🐤",
        "gold": "goldfish",
        "green": "parrot pear 🍏",
        "purple": "lavender",
        "pink": "salmon 🌸",
        "brown": "eagle hawk grizzly mammoth",
        "black": "raven ravens crow crows panther orca",
        "white": "daisy daisies lily gull gulls seagull seagulls dove doves goose geese 🕊",
        "grey": "pigeon pigeons",
    }.items()
    for word in words.split()
}

COUNTS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "lonely": 1, "un": 1, "une": 1, "ein": 1, "eine": 1,
    "two": 2, "pair": 2, "couple": 2, "dos": 2, "deux": 2, "zwei": 2, "两": 2, "二": 2,
    "three": 3, "trio": 3, "tres": 3, "trois": 3, "drei": 3, "三": 3,
    "four": 4, "cuatro": 4, "quatre": 4, "vier": 4, "四": 4,
    "five": 5, "cinco": 5, "cinq": 5, "funf": 5, "五": 5,
    "six": 6, "seis": 6, "sechs": 6, "六": 6,
    "seven": 7, "siete": 7, "sept": 7, "sieben": 7, "七": 7,
    "few": 3, "some": 3, "several": 5, "many": 7, "flock": 7, "herd": 5, "school": 7, "dozen": 9,
}  # fmt: skip
