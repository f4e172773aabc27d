// Drawings for electronics, office, home and kitchen. Each is a plain shape one knows at a glance.

import { area, type Drawing, disc, line, mirrored, oval, rect, repeat, turned } from './ink.ts';

export const homeDrawings: Record<string, Drawing> = {
  laptop: ({ main, shade, light, dark }) =>
    rect(48, 58, 104, 72, 7, shade) +
    rect(54, 64, 92, 60, 3, dark) +
    area('M54 110 L104 64 H146 V67 A3 3 0 0 0 143 64 L146 64 V90 L112 124 H54Z', '#ffffff14') +
    area('M36 132 H164 L158 146 A6 6 0 0 1 153 149 H47 A6 6 0 0 1 42 146Z', main) +
    rect(84, 132, 32, 5, 2.5, light),
  phone: ({ main, shade, dark, light }) =>
    rect(64, 36, 72, 128, 14, main) +
    rect(70, 42, 60, 116, 9, shade) +
    rect(74, 46, 28, 30, 8, main) +
    disc(83, 56, 6, dark) +
    disc(93, 67, 6, dark) +
    disc(120, 58, 3, light),
  screen: ({ main, shade, dark }) =>
    rect(34, 50, 132, 82, 7, main) +
    rect(40, 56, 120, 70, 3, dark) +
    area('M40 112 L96 56 H134 L64 126 H40Z', '#ffffff16') +
    rect(92, 132, 16, 18, 0, shade) +
    rect(68, 148, 64, 8, 4, shade),
  printer: ({ main, shade, light, pale }) =>
    rect(64, 44, 72, 40, 3, pale) +
    rect(40, 76, 120, 62, 10, main) +
    rect(40, 76, 120, 18, 9, shade) +
    disc(144, 108, 5, light) +
    rect(62, 116, 76, 44, 3, pale) +
    line('M74 130 H126 M74 142 H110', shade, 4),
  drive: ({ main, shade, light, dark }) =>
    turned(
      -12,
      rect(58, 46, 84, 108, 14, main) +
        rect(58, 126, 84, 28, 14, shade) +
        rect(74, 62, 40, 7, 3.5, light) +
        disc(126, 140, 4, '#8ee0a4') +
        rect(88, 152, 24, 8, 2, dark),
    ),
  keyboard: ({ main, shade, light, dark }) =>
    rect(28, 70, 144, 66, 9, shade) +
    rect(28, 66, 144, 64, 9, main) +
    repeat(3, (row) =>
      repeat(9, (i) =>
        rect(36 + i * 14.6, 73 + row * 14, 11, 10, 2.5, (i + row * 2) % 9 === 4 ? light : dark),
      ),
    ) +
    rect(36, 115, 20, 9, 2.5, dark) +
    rect(60, 115, 74, 9, 2.5, light) +
    rect(138, 115, 26, 9, 2.5, dark),
  mouse: ({ main, shade, light }) =>
    rect(66, 42, 68, 118, 34, shade) +
    rect(66, 40, 68, 112, 34, main) +
    line('M100 42 V88 M67 90 Q100 98 133 90', shade, 3) +
    rect(95, 56, 10, 24, 5, light),
  headphones: ({ main, shade, dark }) =>
    line('M52 116 V100 A48 48 0 0 1 148 100 V116', main, 11) +
    mirrored(
      rect(40, 104, 28, 52, 12, main) + rect(58, 108, 14, 44, 7, dark) + rect(40, 104, 10, 52, 5, shade),
    ),
  speaker: ({ main, shade, dark, light }) =>
    rect(60, 36, 80, 126, 14, main) +
    disc(100, 118, 30, dark) +
    disc(100, 118, 20, shade) +
    disc(100, 118, 8, light) +
    disc(100, 62, 15, dark) +
    disc(100, 62, 7, shade),
  camera: ({ main, shade, dark, light }) =>
    rect(76, 50, 48, 26, 8, shade) +
    rect(34, 64, 132, 86, 14, main) +
    rect(34, 84, 132, 40, 0, shade) +
    disc(100, 106, 36, dark) +
    disc(100, 106, 26, light) +
    disc(100, 106, 17, dark) +
    disc(92, 98, 6, '#ffffffaa') +
    rect(142, 72, 14, 8, 4, light),
  cable: ({ main, shade, dark }) =>
    line('M62 78 C62 130 138 66 138 122 C138 160 84 156 84 128 C84 104 118 104 118 128', main, 9) +
    rect(50, 48, 24, 34, 6, shade) +
    rect(55, 36, 14, 14, 2, dark) +
    rect(106, 122, 24, 30, 6, shade) +
    rect(111, 150, 14, 13, 2, dark),
  chip: ({ main, shade, light, dark }) =>
    area('M58 46 A8 8 0 0 1 66 38 H116 L142 64 V154 A8 8 0 0 1 134 162 H66 A8 8 0 0 1 58 154Z', main) +
    repeat(5, (i) => rect(69 + i * 10, 48, 6, 22, 2, '#e8c86a')) +
    rect(70, 92, 60, 50, 6, light) +
    rect(78, 102, 44, 7, 3, shade) +
    rect(78, 116, 28, 7, 3, dark),
  watch: ({ main, shade, dark, light }) =>
    rect(78, 26, 44, 150, 14, shade) +
    rect(82, 26, 36, 150, 12, main) +
    rect(64, 62, 72, 78, 22, dark) +
    rect(70, 68, 60, 66, 17, '#1f2732') +
    line('M100 84 V102 L112 110', light, 5) +
    disc(100, 102, 4, light) +
    rect(136, 94, 6, 16, 3, shade),
  lamp: ({ main, shade, light }) =>
    area('M74 46 H126 L146 98 H54Z', main) +
    area('M74 46 H90 L74 98 H54Z', light) +
    rect(95, 98, 10, 50, 2, shade) +
    oval(100, 154, 34, 9, shade) +
    disc(100, 104, 9, '#ffe9a8'),
  floorlamp: ({ main, shade, dark }) =>
    area('M80 34 H120 L134 74 H66Z', main) +
    disc(100, 76, 7, '#ffe9a8') +
    rect(97, 76, 6, 62, 0, dark) +
    line('M100 112 L70 164 M100 112 L130 164 M100 112 V164', shade, 6),
  bulb: ({ main, shade }) =>
    disc(100, 86, 44, '#ffeaa9') +
    disc(88, 74, 14, '#fff7dc') +
    area('M78 116 H122 L116 138 H84Z', '#ffdf85') +
    line('M90 112 L94 90 L100 100 L106 90 L110 112', '#e0a63c', 4) +
    rect(82, 136, 36, 9, 4, main) +
    rect(84, 147, 32, 8, 4, shade) +
    rect(92, 157, 16, 6, 3, shade),
  chair: ({ main, shade, light, dark }) =>
    rect(62, 40, 76, 66, 16, main) +
    rect(70, 48, 60, 20, 10, light) +
    rect(54, 106, 92, 20, 10, shade) +
    line('M66 126 L58 164 M134 126 L142 164 M84 126 L82 156 M116 126 L118 156', dark, 6),
  table: ({ main, shade, light }) =>
    rect(34, 76, 132, 14, 5, main) +
    rect(34, 76, 132, 5, 2.5, light) +
    rect(46, 90, 108, 18, 2, shade) +
    disc(100, 99, 3.5, light) +
    line('M50 108 L46 162 M150 108 L154 162', main, 9),
  sofa: ({ main, shade, light, dark }) =>
    rect(46, 64, 108, 60, 18, shade) +
    rect(58, 84, 42, 40, 9, light) +
    rect(100, 84, 42, 40, 9, light) +
    rect(32, 88, 28, 58, 14, main) +
    rect(140, 88, 28, 58, 14, main) +
    rect(46, 116, 108, 30, 8, main) +
    line('M50 148 V158 M150 148 V158', dark, 7),
  bed: ({ main, shade, light, pale, dark }) =>
    rect(40, 48, 120, 70, 12, shade) +
    rect(54, 76, 42, 26, 10, pale) +
    rect(104, 76, 42, 26, 10, pale) +
    rect(36, 98, 128, 46, 10, main) +
    rect(36, 98, 128, 14, 7, light) +
    line('M44 146 V158 M156 146 V158', dark, 7),
  pillow: ({ main, shade, light }) =>
    area('M44 56 Q100 70 156 56 Q142 100 156 144 Q100 130 44 144 Q58 100 44 56Z', main) +
    area('M156 56 Q142 100 156 144 Q100 130 44 144 Q130 122 156 56Z', shade) +
    line('M72 82 Q90 78 106 80', light, 5),
  duvet: ({ main, shade, light }) =>
    rect(44, 122, 112, 30, 13, shade) +
    rect(44, 92, 112, 32, 14, main) +
    rect(44, 62, 112, 32, 14, light) +
    line('M150 78 H66 M150 108 H74 M150 138 H66', '#ffffff66', 3) +
    repeat(4, (i) => disc(72 + i * 20, 108, 4, light)),
  mat: ({ main, shade, light }) =>
    area('M52 66 H148 L168 146 H32Z', main) +
    area('M62 76 H138 L153 136 H47Z', light) +
    area('M74 86 H126 L136 126 H64Z', shade) +
    line('M34 152 L36 146 M58 152 V146 M82 152 V146 M106 152 V146 M130 152 V146 M164 152 L162 146', shade, 4),
  curtain: ({ main, shade, light, dark }) =>
    rect(32, 40, 136, 7, 3.5, dark) +
    disc(32, 43, 7, dark) +
    disc(168, 43, 7, dark) +
    mirrored(
      area('M42 47 H94 Q92 100 58 118 Q66 140 60 160 H42Z', main) +
        line('M58 50 Q58 90 52 112 M76 50 Q74 88 58 114', shade, 4) +
        rect(44, 112, 20, 8, 4, light),
    ),
  frame: ({ main, shade, pale }) =>
    rect(52, 38, 96, 122, 4, shade) +
    rect(50, 36, 96, 122, 4, main) +
    rect(60, 46, 76, 102, 1, pale) +
    area('M68 136 L90 98 L106 120 L116 106 L130 136Z', '#7fae9a') +
    disc(114, 76, 11, '#f2b45a'),
  candle: ({ main, shade, light, dark }) =>
    area('M100 36 Q114 56 100 68 Q86 56 100 36Z', '#ffc65c') +
    line('M100 66 V80', dark, 3.5) +
    rect(66, 80, 68, 80, 10, main) +
    oval(100, 82, 34, 9, light) +
    rect(66, 108, 68, 30, 0, shade) +
    rect(78, 116, 44, 5, 2.5, light) +
    rect(86, 126, 28, 4, 2, light),
  vase: ({ main, shade, light }) =>
    line('M100 66 Q96 50 84 40 M102 66 Q104 46 106 34 M104 66 Q114 54 124 48', '#6f9a6a', 4) +
    disc(84, 40, 8, '#f2b45a') +
    disc(106, 34, 8, '#ef8f86') +
    disc(126, 46, 8, '#f2b45a') +
    area('M84 62 H116 Q112 82 128 100 Q144 128 120 160 H80 Q56 128 72 100 Q88 82 84 62Z', main) +
    area('M116 62 Q112 82 128 100 Q144 128 120 160 H104 Q128 124 112 96 Q102 80 106 62Z', shade) +
    line('M76 112 Q72 124 78 136', light, 5),
  stand: ({ main, shade, dark }) =>
    rect(58, 44, 84, 52, 6, dark) +
    rect(64, 50, 72, 40, 3, shade) +
    line('M100 96 V118 L120 138', main, 9) +
    disc(100, 118, 7, shade) +
    rect(74, 138, 62, 12, 6, main) +
    rect(64, 150, 72, 8, 4, shade),
  basket: ({ main, shade, light }) =>
    line('M66 70 Q100 28 134 70', shade, 8) +
    area('M44 72 H156 L142 154 A8 8 0 0 1 134 160 H66 A8 8 0 0 1 58 154Z', main) +
    line('M52 96 H148 M56 120 H144 M60 142 H140', shade, 4) +
    line('M80 76 L86 158 M100 76 V158 M120 76 L114 158', light, 3.5) +
    rect(38, 66, 124, 13, 6.5, shade),
  box: ({ main, shade, light }) =>
    area('M100 46 L158 70 L100 94 L42 70Z', light) +
    area('M42 70 L100 94 V160 L42 134Z', main) +
    area('M158 70 L100 94 V160 L158 134Z', shade) +
    area('M66 60 L124 84 V104 L134 100 V80 L76 56Z', '#ffffff55'),
  paper: ({ main, shade, pale }) =>
    turned(8, rect(60, 44, 84, 112, 4, shade)) +
    turned(3, rect(58, 44, 84, 112, 4, main)) +
    turned(
      -3,
      rect(56, 44, 84, 112, 4, pale) + line('M70 66 H126 M70 84 H126 M70 102 H112 M70 120 H120', shade, 4),
    ),
  book: ({ main, shade, light, pale }) =>
    rect(56, 38, 92, 124, 7, shade) +
    rect(62, 142, 84, 14, 2, pale) +
    rect(56, 36, 90, 112, 7, main) +
    rect(56, 36, 14, 118, 7, shade) +
    rect(84, 58, 46, 8, 4, light) +
    rect(84, 74, 30, 6, 3, light) +
    area('M120 36 H132 V68 L126 61 L120 68Z', pale),
  pen: ({ main, shade, light, dark }) =>
    turned(
      38,
      rect(72, 34, 14, 100, 5, shade) +
        area('M72 134 H86 L79 154Z', '#f0d9b5') +
        area('M76 146 H82 L79 154Z', dark) +
        rect(94, 34, 16, 104, 6, main) +
        rect(94, 34, 16, 26, 6, light) +
        area('M94 138 H110 L102 158Z', dark) +
        rect(118, 34, 12, 98, 5, light) +
        area('M118 132 H130 L124 150Z', shade),
    ),
  pan: ({ main, shade, dark, light }) =>
    turned(
      -24,
      rect(134, 92, 58, 15, 7.5, dark) +
        disc(90, 100, 50, shade) +
        disc(90, 98, 46, main) +
        disc(90, 98, 36, shade) +
        line('M66 90 A28 28 0 0 1 88 72', light, 5),
    ),
  pot: ({ main, shade, light, dark }) =>
    mirrored(rect(28, 92, 24, 13, 6, dark)) +
    area('M46 82 H154 V138 A18 18 0 0 1 136 156 H64 A18 18 0 0 1 46 138Z', main) +
    rect(46, 104, 108, 12, 0, shade) +
    area('M50 80 Q100 44 150 80Z', light) +
    rect(42, 76, 116, 10, 5, shade) +
    disc(100, 56, 8, dark),
  spatula: ({ main, shade, dark, light }) =>
    turned(
      18,
      rect(76, 92, 10, 76, 5, dark) +
        rect(60, 34, 42, 62, 10, main) +
        line('M72 48 V82 M81 48 V82 M90 48 V82', light, 4),
    ) +
    turned(-16, rect(118, 90, 10, 78, 5, shade) + oval(123, 66, 21, 30, shade) + oval(123, 64, 13, 21, main)),
  knife: ({ main, shade }) =>
    turned(
      40,
      area('M92 28 Q122 60 112 110 H92Z', '#dfe4ea') +
        area('M92 28 Q104 60 100 110 H92Z', '#c3cad2') +
        rect(90, 110, 22, 60, 8, main) +
        rect(90, 110, 9, 60, 4, shade) +
        disc(103, 126, 3, '#f4f4f4') +
        disc(103, 146, 3, '#f4f4f4'),
    ),
  tray: ({ main, shade, light }) =>
    rect(36, 62, 128, 80, 12, shade) +
    rect(36, 58, 128, 80, 12, main) +
    line('M50 78 Q100 70 150 80 M50 98 Q90 106 150 96 M50 118 Q110 112 150 120', light, 4) +
    disc(150, 72, 6, shade),
  bowl: ({ main, shade, light }) =>
    area('M38 88 H162 A62 62 0 0 1 120 146 V152 H80 V146 A62 62 0 0 1 38 88Z', main) +
    area('M162 88 A62 62 0 0 1 120 146 V152 H104 Q140 132 142 88Z', shade) +
    oval(100, 88, 62, 13, light) +
    oval(100, 89, 52, 8, shade),
  blender: ({ main, shade, light, dark }) =>
    area('M72 44 H132 L124 118 H80Z', '#dfeaf0cc') +
    area('M76 78 H129 L124 118 H80Z', light) +
    line('M132 56 Q154 60 146 86 L128 94', shade, 8) +
    rect(68, 34, 68, 13, 6, dark) +
    area('M76 118 H128 L138 160 H66Z', main) +
    disc(102, 140, 9, dark) +
    disc(102, 140, 4, light),
  kettle: ({ main, shade, light, dark }) =>
    line('M62 82 Q100 20 138 82', dark, 9) +
    area('M142 92 L170 76 L164 112 L146 126Z', shade) +
    area('M62 76 H138 L152 152 A8 8 0 0 1 144 160 H56 A8 8 0 0 1 48 152Z', main) +
    area('M120 76 H138 L152 152 A8 8 0 0 1 144 160 H124Z', shade) +
    rect(66, 68, 68, 13, 6, shade) +
    disc(100, 64, 7, dark) +
    line('M68 100 L64 132', light, 6),
  coffeemaker: ({ main, shade, light, dark }) =>
    rect(52, 38, 96, 32, 10, main) +
    rect(52, 38, 34, 122, 10, shade) +
    rect(52, 144, 96, 18, 8, main) +
    rect(100, 70, 24, 16, 4, dark) +
    rect(108, 86, 8, 8, 2, dark) +
    area('M94 104 H130 L126 142 H98Z', '#f7f3ec') +
    line('M130 112 Q144 116 128 130', '#f7f3ec', 6) +
    disc(130, 54, 7, light) +
    disc(110, 54, 4, light),
  mug: ({ main, shade, light }) =>
    line('M132 84 Q170 84 162 116 Q156 136 130 132', shade, 12) +
    area('M52 66 H136 V138 A20 20 0 0 1 116 158 H72 A20 20 0 0 1 52 138Z', main) +
    oval(94, 66, 42, 10, light) +
    oval(94, 68, 34, 6, '#7a5138') +
    line('M64 92 V132', light, 6) +
    line('M82 48 Q76 40 84 32 M102 48 Q96 40 104 32', shade, 4),
  glass: ({ main, shade, light }) =>
    mirrored('') +
    area('M64 46 H136 Q124 84 130 120 Q132 150 118 158 H82 Q68 150 70 120 Q76 84 64 46Z', '#ffffff99') +
    area('M72 76 H128 Q124 98 130 120 Q132 150 118 158 H82 Q68 150 70 120 Q76 98 72 76Z', '#c8643cbb') +
    line('M64 46 H136', light, 5) +
    oval(100, 164, 46, 7, main) +
    line('M82 92 Q78 116 82 138', '#ffffff88', 5) +
    line('M58 164 H142', shade, 3),
  plate: ({ main, shade, light }) =>
    disc(100, 104, 60, shade) +
    disc(100, 100, 60, main) +
    disc(100, 100, 42, light) +
    disc(100, 101, 38, main) +
    line('M66 76 A42 42 0 0 1 90 62', '#ffffff99', 5),
  cutlery: ({ main, shade }) =>
    line('M68 100 V160', main, 9) +
    area('M56 40 V76 A12 14 0 0 0 80 76 V40 H75 V70 H70.5 V40 H65.5 V70 H61 V40Z', main) +
    line('M100 100 V160', shade, 9) +
    oval(100, 68, 15, 28, shade) +
    line('M134 104 V160', main, 9) +
    area('M128 38 Q152 56 142 108 H128Z', main),
  pouch: ({ main, shade, light, dark }) =>
    area('M60 46 H140 L146 152 A8 8 0 0 1 138 160 H62 A8 8 0 0 1 54 152Z', main) +
    area('M60 46 H140 L141 62 H59Z', shade) +
    line('M64 54 H136', light, 2.5) +
    disc(100, 108, 27, light) +
    area('M100 90 Q116 108 100 126 Q84 108 100 90Z', shade) +
    line('M100 96 V120', dark, 2.5),
  jar: ({ main, shade, light, pale }) =>
    rect(62, 40, 76, 24, 7, shade) +
    rect(54, 60, 92, 100, 18, main) +
    rect(54, 60, 22, 100, 11, light) +
    rect(54, 94, 92, 40, 0, pale) +
    rect(72, 104, 56, 7, 3.5, main) +
    rect(82, 118, 36, 5, 2.5, shade),
  jug: ({ main, shade, light, pale }) =>
    rect(78, 34, 32, 20, 5, shade) +
    area('M74 52 H114 L144 84 V150 A10 10 0 0 1 134 160 H66 A10 10 0 0 1 56 150 V76Z', main) +
    area('M122 86 H134 V110 H122Z', pale) +
    rect(56, 112, 88, 32, 0, light) +
    disc(100, 128, 11, shade),
};
