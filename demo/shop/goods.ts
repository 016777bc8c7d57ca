// Owns the goods: what the shop sells, in both languages, with prices in roubles. Pure data and look-ups; no page code.
// Pictures are /pictures/<id>.webp and <id>-2.webp, rendered by demo/art.

import type { Words } from './language.ts';

export type Kind = 'green' | 'oolong' | 'red' | 'white' | 'puer' | 'herbal' | 'teapots' | 'cups' | 'table';
export type Origin = 'china' | 'japan' | 'india' | 'russia';
export type Note = 'floral' | 'nutty' | 'fruity' | 'smoky' | 'fresh' | 'honey';

export interface Size {
  readonly words: Words;
  readonly price: number;
}

export interface Good {
  readonly id: string;
  readonly kind: Kind;
  readonly origin: Origin;
  readonly name: Words;
  readonly place: Words;
  readonly lead: Words;
  readonly story: Words;
  readonly notes: readonly Note[];
  readonly sizes: readonly Size[];
  readonly rating: number;
  readonly reviews: number;
  readonly stock: number;
  readonly badge?: 'new' | 'last' | 'hit';
  /** Other glazes that have a picture of their own: /pictures/<id>-<glaze>.webp. */
  readonly glazes?: readonly string[];
  /** Water in degrees, seconds of the first steeping, grams to 100 ml, how many steepings. */
  readonly brewing?: readonly [number, number, number, number];
}

export const kinds: Readonly<Record<Kind, Words>> = {
  green: { en: 'Green tea', ru: 'Зелёный чай' },
  oolong: { en: 'Oolong', ru: 'Улун' },
  red: { en: 'Black tea', ru: 'Красный чай' },
  white: { en: 'White tea', ru: 'Белый чай' },
  puer: { en: 'Pu-erh', ru: 'Пуэр' },
  herbal: { en: 'Herbal', ru: 'Травяной' },
  teapots: { en: 'Teapots', ru: 'Чайники' },
  cups: { en: 'Cups and bowls', ru: 'Чашки и пиалы' },
  table: { en: 'For the table', ru: 'Для стола' },
};

export const teaKinds: readonly Kind[] = ['green', 'oolong', 'red', 'white', 'puer', 'herbal'];
export const wareKinds: readonly Kind[] = ['teapots', 'cups', 'table'];

export const origins: Readonly<Record<Origin, Words>> = {
  china: { en: 'China', ru: 'Китай' },
  japan: { en: 'Japan', ru: 'Япония' },
  india: { en: 'India', ru: 'Индия' },
  russia: { en: 'Russia', ru: 'Россия' },
};

export const noteWords: Readonly<Record<Note, Words>> = {
  floral: { en: 'Floral', ru: 'Цветочный' },
  nutty: { en: 'Nutty', ru: 'Ореховый' },
  fruity: { en: 'Fruity', ru: 'Фруктовый' },
  smoky: { en: 'Smoky', ru: 'Дымный' },
  fresh: { en: 'Fresh', ru: 'Свежий' },
  honey: { en: 'Honey', ru: 'Медовый' },
};

export const glazeWords: Readonly<Record<string, Words>> = {
  '': { en: 'As in the picture', ru: 'Как на снимке' },
  porcelain: { en: 'White porcelain', ru: 'Белый фарфор' },
  cobalt: { en: 'Cobalt', ru: 'Кобальт' },
  celadon: { en: 'Celadon', ru: 'Селадон' },
  ink: { en: 'Black clay', ru: 'Чёрная глина' },
  oat: { en: 'Oat', ru: 'Овсяная' },
};

export const glazeColours: Readonly<Record<string, string>> = {
  porcelain: '#f3f4f1',
  cobalt: '#1b3a92',
  celadon: '#a3c3b1',
  ink: '#2c2e30',
  oat: '#e2d6c2',
  yixing: '#7b4230',
  tenmoku: '#2b1a12',
};

/** Colour of the glaze in the main picture, for the goods that come in several. */
export const firstGlaze: Readonly<Record<string, string>> = {
  gaiwan: 'celadon',
  'teapot-clay': 'yixing',
  chawan: 'tenmoku',
};

export const packings: readonly { readonly words: Words; readonly price: number }[] = [
  { words: { en: 'Kraft paper, free', ru: 'Крафт-бумага, бесплатно' }, price: 0 },
  { words: { en: 'Box with wood wool', ru: 'Коробка с древесной стружкой' }, price: 190 },
  { words: { en: 'Gift: linen furoshiki', ru: 'В подарок: льняной фуросики' }, price: 450 },
];

const grams = (light: number, price: number): Size => ({ words: { en: `${light} g`, ru: `${light} г` }, price });
const millilitres = (volume: number, price: number): Size => ({
  words: { en: `${volume} ml`, ru: `${volume} мл` },
  price,
});

export const goods: readonly Good[] = [
  {
    id: 'da-hong-pao',
    kind: 'oolong',
    origin: 'china',
    name: { en: 'Da Hong Pao', ru: 'Да Хун Пао' },
    place: { en: 'Wuyishan, Fujian', ru: 'Уишань, Фуцзянь' },
    lead: {
      en: 'Roasted cliff oolong: baked apple, walnut, warm stone.',
      ru: 'Прожаренный утёсный улун: печёное яблоко, грецкий орех, тёплый камень.',
    },
    story: {
      en: 'Grown on terraces between the cliffs of Zhengyan and roasted over longan charcoal three times, with a month of rest after each. The third roast is the one you taste: it turns the sweetness from floral to baked.',
      ru: 'Растёт на террасах между утёсами Чжэнъянь. Трижды прожарен на углях лонгана, и после каждой прожарки отдыхает месяц. Вкус даёт третья: из цветочной сладость становится печёной.',
    },
    notes: ['nutty', 'smoky', 'fruity'],
    sizes: [grams(50, 890), grams(100, 1690), grams(250, 3990)],
    rating: 4.9,
    reviews: 128,
    stock: 46,
    badge: 'hit',
    brewing: [95, 15, 6, 8],
  },
  {
    id: 'gaiwan',
    kind: 'cups',
    origin: 'china',
    name: { en: 'Gaiwan “Spring Ice”', ru: 'Гайвань «Весенний лёд»' },
    place: { en: 'Longquan, Zhejiang', ru: 'Лунцюань, Чжэцзян' },
    lead: {
      en: 'Celadon with ice crackle; lid, bowl and saucer thrown as one.',
      ru: 'Селадон с ледяным цеком; крышка, чаша и блюдце из одного кома.',
    },
    story: {
      en: 'Fired at 1310 °C in a reducing flame, where iron in the glaze turns from rust to river green. The crackle goes on for months after the kiln: put your ear to it on the first evening and you will hear it ring.',
      ru: 'Обжиг при 1310 °C в восстановительном пламени: железо в глазури из ржавого становится цветом реки. Цек продолжается месяцами после печи: в первый вечер поднесите гайвань к уху, и вы услышите звон.',
    },
    notes: [],
    sizes: [millilitres(110, 3200), millilitres(150, 3600)],
    rating: 4.8,
    reviews: 41,
    stock: 9,
    badge: 'new',
    glazes: ['porcelain', 'cobalt'],
  },
  {
    id: 'teapot-gzhel',
    kind: 'teapots',
    origin: 'russia',
    name: { en: 'Teapot “Turygino”', ru: 'Чайник «Турыгино»' },
    place: { en: 'Gzhel, Moscow region', ru: 'Гжель, Подмосковье' },
    lead: {
      en: 'Hand-painted in one cobalt, in twenty-two strokes a flower.',
      ru: 'Расписан вручную одним кобальтом: двадцать два мазка на цветок.',
    },
    story: {
      en: 'Before the kiln the painting is almost black; the blue only comes at 1350 °C. Marina Alekseevna paints four pots a day and signs each one under the foot.',
      ru: 'До обжига роспись почти чёрная, синева приходит при 1350 °C. Марина Алексеевна расписывает четыре чайника в день и подписывает каждый на донце.',
    },
    notes: [],
    sizes: [millilitres(450, 5400), millilitres(700, 6900)],
    rating: 5,
    reviews: 63,
    stock: 6,
    badge: 'hit',
  },
  {
    id: 'sencha',
    kind: 'green',
    origin: 'japan',
    name: { en: 'Sencha Okumidori', ru: 'Сэнча Окумидори' },
    place: { en: 'Uji, Kyoto', ru: 'Удзи, Киото' },
    lead: {
      en: 'Deep-steamed needles: sea air, young peas, a clean finish.',
      ru: 'Иглы глубокой пропарки: морской воздух, молодой горошек, чистый финиш.',
    },
    story: {
      en: 'First flush of a late cultivar, shaded for ten days before the harvest and steamed twice as long as usual, which is why the liquor is cloudy and thick.',
      ru: 'Первый сбор позднего сорта: десять дней под навесом и пропарка вдвое дольше обычной. Поэтому настой мутный и плотный.',
    },
    notes: ['fresh'],
    sizes: [grams(50, 1150), grams(100, 2190)],
    rating: 4.7,
    reviews: 54,
    stock: 31,
    brewing: [70, 60, 4, 3],
  },
  {
    id: 'chawan',
    kind: 'cups',
    origin: 'japan',
    name: { en: 'Chawan “Hare’s Fur”', ru: 'Тяван «Заячья шерсть»' },
    place: { en: 'Seto, Aichi', ru: 'Сэто, Айти' },
    lead: {
      en: 'Tenmoku bowl for matcha; amber streaks run where the glaze ran.',
      ru: 'Чаша тэммоку для матча; янтарные нити там, где стекла глазурь.',
    },
    story: {
      en: 'Iron glaze so thick that it slides down the wall in the fire and stops a finger above the foot. No two bowls have the same edge, so we photograph each one before it leaves.',
      ru: 'Железная глазурь такая густая, что сползает по стенке в огне и замирает в пальце от ножки. Двух одинаковых краёв не бывает, поэтому перед отправкой мы снимаем каждую чашу.',
    },
    notes: [],
    sizes: [millilitres(400, 4800)],
    rating: 4.9,
    reviews: 27,
    stock: 4,
    badge: 'last',
    glazes: ['celadon', 'oat'],
  },
  {
    id: 'ivan-chai',
    kind: 'herbal',
    origin: 'russia',
    name: { en: 'Ivan-chai with blossom', ru: 'Иван-чай с цветом' },
    place: { en: 'Kargopol, Arkhangelsk region', ru: 'Каргополь, Архангельская область' },
    lead: {
      en: 'Fermented fireweed: dried pear, rye crust, no caffeine.',
      ru: 'Ферментированный кипрей: сушёная груша, ржаная корка, без кофеина.',
    },
    story: {
      en: 'Picked in July on old clearings above the Onega, rolled by hand and fermented in wooden tubs for two days. The pink is the flower itself, added after drying.',
      ru: 'Собран в июле на старых вырубках над Онегой, скручен руками и двое суток ферментирован в деревянных кадках. Розовое: сами цветы, их кладут после сушки.',
    },
    notes: ['fruity', 'honey'],
    sizes: [grams(50, 390), grams(100, 690), grams(250, 1490)],
    rating: 4.8,
    reviews: 96,
    stock: 120,
    brewing: [95, 240, 2, 3],
  },
  {
    id: 'cups',
    kind: 'cups',
    origin: 'russia',
    name: { en: 'Four cups “Weekdays”', ru: 'Четыре чашки «Будни»' },
    place: { en: 'Our workshop, Kolomna', ru: 'Наша мастерская, Коломна' },
    lead: {
      en: 'Four glazes of one clay, so that nobody takes the wrong cup.',
      ru: 'Четыре глазури на одной глине, чтобы никто не взял чужую.',
    },
    story: {
      en: 'Thrown on the wheel by Anton, 74 mm across, light enough for a long evening. They stack in pairs. If one breaks, we throw you that one again at a quarter of the price.',
      ru: 'Точит Антон: 74 мм в диаметре, лёгкие, на долгий вечер. Складываются попарно. Если одна разобьётся, выточим именно её за четверть цены.',
    },
    notes: [],
    sizes: [
      { words: { en: 'Set of four', ru: 'Набор из четырёх' }, price: 4200 },
      { words: { en: 'Set of two', ru: 'Набор из двух' }, price: 2300 },
    ],
    rating: 4.9,
    reviews: 88,
    stock: 14,
  },
  {
    id: 'longjing',
    kind: 'green',
    origin: 'china',
    name: { en: 'Longjing “Lion Peak”', ru: 'Лунцзин «Львиный пик»' },
    place: { en: 'Hangzhou, Zhejiang', ru: 'Ханчжоу, Чжэцзян' },
    lead: {
      en: 'Pan-fired flat leaf: roasted chestnut, butter, spring grass.',
      ru: 'Плоский лист из котла: жареный каштан, масло, весенняя трава.',
    },
    story: {
      en: 'Picked before Qingming, one bud and one leaf, pressed by hand against the wok for half an hour. Keep it in the fridge and drink it before the next spring.',
      ru: 'Собран до Цинмина: почка и один лист, полчаса прижимался ладонью к котлу. Храните в холодильнике и выпейте до следующей весны.',
    },
    notes: ['nutty', 'fresh'],
    sizes: [grams(50, 1490), grams(100, 2790)],
    rating: 4.8,
    reviews: 71,
    stock: 18,
    brewing: [80, 40, 4, 4],
  },
  {
    id: 'teapot-clay',
    kind: 'teapots',
    origin: 'china',
    name: { en: 'Teapot “Flat Pebble”', ru: 'Чайник «Плоская галька»' },
    place: { en: 'Yixing, Jiangsu', ru: 'Исин, Цзянсу' },
    lead: {
      en: 'Unglazed zini clay for oolong and pu-erh; pours in eleven seconds.',
      ru: 'Неглазурованная цзыни для улуна и пуэра; сливает за одиннадцать секунд.',
    },
    story: {
      en: 'Built from slabs on a hand wheel, without throwing. The clay breathes and remembers: give it one kind of tea and in a year it will pour fragrance from hot water alone.',
      ru: 'Собран из пластов на ручном круге, без точения. Глина дышит и помнит: дайте ей один вид чая, и через год она отдаст аромат просто горячей воде.',
    },
    notes: [],
    sizes: [millilitres(120, 7200), millilitres(180, 8400)],
    rating: 4.7,
    reviews: 33,
    stock: 5,
    glazes: ['ink'],
  },
  {
    id: 'silver-needle',
    kind: 'white',
    origin: 'china',
    name: { en: 'Silver Needle', ru: 'Серебряные иглы' },
    place: { en: 'Fuding, Fujian', ru: 'Фудин, Фуцзянь' },
    lead: {
      en: 'Buds only, under their down: melon, hay, cold cream.',
      ru: 'Одни почки под пухом: дыня, сено, холодные сливки.',
    },
    story: {
      en: 'Nothing is done to it: withered in the shade for two days, dried, packed. All the work is in choosing the morning. Forgives boiling water, rewards patience.',
      ru: 'С ним не делают ничего: двое суток завяливают в тени, сушат, пакуют. Вся работа в том, чтобы выбрать утро. Прощает кипяток, вознаграждает терпение.',
    },
    notes: ['honey', 'floral'],
    sizes: [grams(50, 1790), grams(100, 3390)],
    rating: 4.9,
    reviews: 39,
    stock: 11,
    badge: 'new',
    brewing: [85, 60, 5, 6],
  },
  {
    id: 'mug',
    kind: 'cups',
    origin: 'russia',
    name: { en: 'Mug “Oat Milk”', ru: 'Кружка «Овсяное молоко»' },
    place: { en: 'Our workshop, Kolomna', ru: 'Наша мастерская, Коломна' },
    lead: {
      en: 'Speckled stoneware with a handle for three fingers.',
      ru: 'Каменная масса в крапинку и ручка на три пальца.',
    },
    story: {
      en: 'The speckle is iron from the clay coming up through the glaze. Goes into the dishwasher and the microwave, and stays warm a little longer than you expect.',
      ru: 'Крапинка: железо из глины, которое проступает сквозь глазурь. Можно в посудомойку и микроволновку. Остаётся тёплой чуть дольше, чем ждёшь.',
    },
    notes: [],
    sizes: [millilitres(300, 1600), millilitres(400, 1850)],
    rating: 4.9,
    reviews: 142,
    stock: 37,
    badge: 'hit',
  },
  {
    id: 'shu-puer',
    kind: 'puer',
    origin: 'china',
    name: { en: 'Shu pu-erh “Old Barn”, 2016', ru: 'Шу пуэр «Старый амбар», 2016' },
    place: { en: 'Menghai, Yunnan', ru: 'Мэнхай, Юньнань' },
    lead: {
      en: 'Ripe cake: cocoa, wet wood, prune; thick as broth.',
      ru: 'Зрелый блин: какао, влажное дерево, чернослив; густой, как бульон.',
    },
    story: {
      en: 'Piled in 2016, pressed a year later, kept in a dry Kunming warehouse since. Nothing of the pond smell is left; what remains is a tea that you can steep until you are bored.',
      ru: 'Скирдован в 2016-м, спрессован годом позже и с тех пор лежал на сухом складе в Куньмине. От «пруда» ничего не осталось: чай можно заваривать, пока не надоест.',
    },
    notes: ['smoky', 'fruity'],
    sizes: [
      { words: { en: 'Piece, 50 g', ru: 'Кусок, 50 г' }, price: 540 },
      { words: { en: 'Cake, 357 g', ru: 'Блин, 357 г' }, price: 3290 },
    ],
    rating: 4.6,
    reviews: 84,
    stock: 22,
    brewing: [98, 10, 7, 12],
  },
  {
    id: 'pitcher',
    kind: 'table',
    origin: 'china',
    name: { en: 'Fairness pitcher', ru: 'Чахай «Справедливость»' },
    place: { en: 'Longquan, Zhejiang', ru: 'Лунцюань, Чжэцзян' },
    lead: {
      en: 'Evens out the steeping, so that the last cup is as good as the first.',
      ru: 'Выравнивает настой: последняя чашка такая же, как первая.',
    },
    story: {
      en: 'A narrow neck keeps the heat, a wide mouth lets the tea breathe. Pours without a drop on the cloth, which we check with each one, over a white cloth.',
      ru: 'Узкое горло держит тепло, широкое устье даёт чаю дышать. Льёт без капли на скатерть: проверяем каждый над белой скатертью.',
    },
    notes: [],
    sizes: [millilitres(200, 2100), millilitres(300, 2450)],
    rating: 4.6,
    reviews: 19,
    stock: 12,
  },
  {
    id: 'dian-hong',
    kind: 'red',
    origin: 'china',
    name: { en: 'Dian Hong “Golden Tips”', ru: 'Дянь Хун «Золотые типсы»' },
    place: { en: 'Fengqing, Yunnan', ru: 'Фэнцин, Юньнань' },
    lead: {
      en: 'Yunnan red with golden buds: rye honey, rose, black pepper.',
      ru: 'Юньнаньский красный с золотыми почками: гречишный мёд, роза, чёрный перец.',
    },
    story: {
      en: 'From trees as thick as a wrist. A good tea for a person who “only drinks black”, because it asks for neither milk nor sugar.',
      ru: 'С деревьев толщиной в запястье. Хорош для тех, кто «пьёт только чёрный»: не просит ни молока, ни сахара.',
    },
    notes: ['honey', 'floral'],
    sizes: [grams(50, 590), grams(100, 1090), grams(250, 2490)],
    rating: 4.8,
    reviews: 117,
    stock: 64,
    brewing: [92, 20, 5, 6],
  },
  {
    id: 'moon-jar',
    kind: 'table',
    origin: 'russia',
    name: { en: 'Moon jar', ru: 'Лунная ваза' },
    place: { en: 'Our workshop, Kolomna', ru: 'Наша мастерская, Коломна' },
    lead: {
      en: 'Two bowls joined at the waist. Not quite round, on purpose.',
      ru: 'Две чаши, соединённые по поясу. Не совсем круглая, и это нарочно.',
    },
    story: {
      en: 'In the Korean manner: two bowls are thrown, joined wet, and the seam settles in the fire as it likes. Holds one branch best.',
      ru: 'На корейский лад: точат две чаши, соединяют сырыми, а шов в огне садится, как хочет. Лучше всего держит одну ветку.',
    },
    notes: [],
    sizes: [
      { words: { en: '22 cm', ru: '22 см' }, price: 8900 },
      { words: { en: '30 cm', ru: '30 см' }, price: 12400 },
    ],
    rating: 5,
    reviews: 12,
    stock: 2,
    badge: 'last',
  },
  {
    id: 'tie-guan-yin',
    kind: 'oolong',
    origin: 'china',
    name: { en: 'Tie Guan Yin', ru: 'Те Гуань Инь' },
    place: { en: 'Anxi, Fujian', ru: 'Аньси, Фуцзянь' },
    lead: {
      en: 'Green rolled oolong: lilac, cream, a long sweet aftertaste.',
      ru: 'Зелёный скрученный улун: сирень, сливки, долгая сладость.',
    },
    story: {
      en: 'Autumn harvest, when the nights in Anxi turn cold and the scent is strongest. One gram opens to the size of a palm, so take less than you think.',
      ru: 'Осенний сбор, когда ночи в Аньси холодеют и аромат сильнее всего. Один грамм раскроется в ладонь, так что берите меньше, чем кажется.',
    },
    notes: ['floral', 'fresh'],
    sizes: [grams(50, 690), grams(100, 1290), grams(250, 2990)],
    rating: 4.7,
    reviews: 92,
    stock: 51,
    brewing: [90, 25, 6, 7],
  },
  {
    id: 'kyusu',
    kind: 'teapots',
    origin: 'japan',
    name: { en: 'Kyusu “Ink”', ru: 'Кюсу «Тушь»' },
    place: { en: 'Tokoname, Aichi', ru: 'Токонамэ, Айти' },
    lead: {
      en: 'Side handle, inner clay sieve: for sencha and one turn of the wrist.',
      ru: 'Боковая ручка, ситечко из глины: для сэнча и одного движения кисти.',
    },
    story: {
      en: 'Black not from a glaze but from rice husks smouldering in the kiln. The lid is ground to the pot with water and sand until it sits without a sound.',
      ru: 'Чёрный не от глазури, а от рисовой шелухи, тлевшей в печи. Крышку притирают водой с песком, пока не встанет без звука.',
    },
    notes: [],
    sizes: [millilitres(250, 6100)],
    rating: 4.8,
    reviews: 21,
    stock: 7,
  },
  {
    id: 'matcha',
    kind: 'green',
    origin: 'japan',
    name: { en: 'Matcha for koicha', ru: 'Матча для койча' },
    place: { en: 'Nishio, Aichi', ru: 'Нисио, Айти' },
    lead: {
      en: 'Stone-ground, 30 g an hour: sweet, thick, without bitterness.',
      ru: 'Каменный жёрнов, 30 г в час: сладкий, густой, без горечи.',
    },
    story: {
      en: 'Ground to order once a month, so it is never older than six weeks. We send it in a steel tin with a second lid. Once open, three weeks.',
      ru: 'Мелют под заказ раз в месяц, поэтому ему никогда не больше шести недель. Отправляем в стальной банке с двойной крышкой. Открыли: три недели.',
    },
    notes: ['fresh', 'nutty'],
    sizes: [grams(30, 1890), grams(100, 5490)],
    rating: 4.9,
    reviews: 58,
    stock: 16,
    brewing: [75, 20, 3, 1],
  },
  {
    id: 'caddy',
    kind: 'table',
    origin: 'russia',
    name: { en: 'Tea caddy “Night”', ru: 'Чайница «Ночь»' },
    place: { en: 'Our workshop, Kolomna', ru: 'Наша мастерская, Коломна' },
    lead: {
      en: 'Cobalt glaze and a larch lid with a silicone seal you cannot see.',
      ru: 'Кобальтовая глазурь и крышка из лиственницы с незаметным уплотнителем.',
    },
    story: {
      en: 'Holds 200 grams of rolled tea or 90 of loose leaf. The lid is turned for each jar, so please do not swap them.',
      ru: 'Вмещает 200 граммов скрученного чая или 90 рассыпного. Крышка точится под каждую банку, не меняйте их местами.',
    },
    notes: [],
    sizes: [
      { words: { en: '0.6 l', ru: '0,6 л' }, price: 2900 },
      { words: { en: '1 l', ru: '1 л' }, price: 3700 },
    ],
    rating: 4.7,
    reviews: 35,
    stock: 15,
  },
  {
    id: 'bai-mu-dan',
    kind: 'white',
    origin: 'china',
    name: { en: 'White Peony', ru: 'Бай Му Дань' },
    place: { en: 'Zhenghe, Fujian', ru: 'Чжэнхэ, Фуцзянь' },
    lead: {
      en: 'A bud and two leaves: meadow, apricot, warm straw.',
      ru: 'Почка и два листа: луг, абрикос, тёплая солома.',
    },
    story: {
      en: 'The most easy-going of our teas: put it in a thermos before a walk and it will only get better by the time you sit down.',
      ru: 'Самый покладистый наш чай: положите его в термос перед прогулкой, и к привалу он станет только лучше.',
    },
    notes: ['floral', 'fruity'],
    sizes: [grams(50, 640), grams(100, 1190), grams(250, 2790)],
    rating: 4.6,
    reviews: 47,
    stock: 38,
    brewing: [88, 45, 5, 6],
  },
  {
    id: 'plate',
    kind: 'table',
    origin: 'russia',
    name: { en: 'Plate “Rings on water”', ru: 'Тарелка «Круги на воде»' },
    place: { en: 'Our workshop, Kolomna', ru: 'Наша мастерская, Коломна' },
    lead: {
      en: 'Brushed on the turning wheel: one breath, one ring.',
      ru: 'Кистью на вращающемся круге: один вдох, одно кольцо.',
    },
    story: {
      en: 'For pie, for six pancakes, for keys in the hall. The blue is under the glaze and will not wear off.',
      ru: 'Для пирога, для шести блинов, для ключей в прихожей. Синева под глазурью и не сотрётся.',
    },
    notes: [],
    sizes: [
      { words: { en: '21 cm', ru: '21 см' }, price: 1900 },
      { words: { en: '27 cm', ru: '27 см' }, price: 2600 },
    ],
    rating: 4.8,
    reviews: 52,
    stock: 26,
  },
  {
    id: 'sheng-puer',
    kind: 'puer',
    origin: 'china',
    name: { en: 'Sheng pu-erh “Yiwu”, 2019', ru: 'Шэн пуэр «Иу», 2019' },
    place: { en: 'Yiwu, Yunnan', ru: 'Иу, Юньнань' },
    lead: {
      en: 'Raw cake: dried apricot, field herbs, bitterness that turns sweet.',
      ru: 'Сырой блин: курага, полевые травы, горечь, которая становится сладкой.',
    },
    story: {
      en: 'From old gardens under the forest. Young still; buy two, drink one, and write the date on the other.',
      ru: 'Из старых садов под пологом леса. Ещё молод: купите два, один пейте, а на другом напишите дату.',
    },
    notes: ['fruity', 'honey'],
    sizes: [
      { words: { en: 'Piece, 50 g', ru: 'Кусок, 50 г' }, price: 790 },
      { words: { en: 'Cake, 357 g', ru: 'Блин, 357 г' }, price: 4990 },
    ],
    rating: 4.7,
    reviews: 29,
    stock: 8,
    brewing: [92, 10, 6, 14],
  },
  {
    id: 'jam-bowl',
    kind: 'table',
    origin: 'russia',
    name: { en: 'Jam bowl “Veranda”', ru: 'Розетка «Веранда»' },
    place: { en: 'Gzhel, Moscow region', ru: 'Гжель, Подмосковье' },
    lead: {
      en: 'On a little foot, for raspberry jam and long talks.',
      ru: 'На ножке, для малинового варенья и долгих разговоров.',
    },
    story: {
      en: 'The same hand that paints our teapots. We sell it singly, because they always break one at a time.',
      ru: 'Та же рука, что расписывает наши чайники. Продаём поштучно, потому что бьются они всегда по одной.',
    },
    notes: [],
    sizes: [{ words: { en: '11 cm', ru: '11 см' }, price: 1200 }],
    rating: 4.9,
    reviews: 44,
    stock: 30,
  },
  {
    id: 'darjeeling',
    kind: 'red',
    origin: 'india',
    name: { en: 'Darjeeling, first flush', ru: 'Дарджилинг, первый сбор' },
    place: { en: 'Jungpana, West Bengal', ru: 'Джангпана, Западная Бенгалия' },
    lead: {
      en: 'Spring in the Himalaya: muscat, green almond, a little ice.',
      ru: 'Весна в Гималаях: мускат, зелёный миндаль, чуть льда.',
    },
    story: {
      en: 'The garden can only be reached on foot, over 380 steps, and every chest comes down them on someone’s back. Brew it short and without milk.',
      ru: 'В сад ведёт только пешая тропа в 380 ступеней, и каждый ящик спускают на спине. Заваривайте недолго и без молока.',
    },
    notes: ['fruity', 'floral'],
    sizes: [grams(50, 980), grams(100, 1850)],
    rating: 4.7,
    reviews: 36,
    stock: 0,
    brewing: [88, 150, 2, 2],
  },
];

export function findGood(id: string): Good | undefined {
  return goods.find((good) => good.id === id);
}

export function unitPrice(good: Good, choice: { readonly size: number; readonly packing: number }): number {
  return (good.sizes[choice.size]?.price ?? 0) + (packings[choice.packing]?.price ?? 0);
}

export function isTea(good: Good): boolean {
  return teaKinds.includes(good.kind);
}
