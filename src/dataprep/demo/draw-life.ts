// Drawings for sports, garden, children, beauty and pets.

import { area, type Drawing, disc, line, mirrored, oval, rect, turned } from './ink.ts';

const wheel = (x: number, y: number, r: number, tyre: string): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke="${tyre}" stroke-width="6"/>`;

export const lifeDrawings: Record<string, Drawing> = {
  yogamat: ({ main, shade, light, dark }) =>
    area('M40 150 L128 150 L168 128 H84Z', shade) +
    rect(56, 84, 108, 46, 23, main) +
    rect(56, 112, 108, 18, 9, shade) +
    disc(64, 107, 27, light) +
    disc(64, 107, 19, main) +
    disc(64, 107, 12, light) +
    disc(64, 107, 5, shade) +
    rect(106, 82, 9, 50, 3, dark) +
    rect(140, 82, 9, 50, 3, dark),
  dumbbell: ({ main, shade, light }) =>
    turned(
      -20,
      rect(60, 92, 80, 16, 4, '#aab2bb') +
        mirrored(
          rect(44, 66, 22, 68, 8, main) + rect(28, 78, 18, 44, 7, shade) + rect(49, 72, 5, 56, 2.5, light),
        ),
    ),
  ball: ({ main, shade, pale, dark }) =>
    disc(100, 100, 58, pale) +
    area('M100 78 L122 94 L114 120 H86 L78 94Z', main) +
    line('M100 78 V44 M122 94 L154 84 M114 120 L134 148 M86 120 L66 148 M78 94 L46 84', dark, 4) +
    area('M84 45 Q100 38 116 45 L100 58Z', shade) +
    area('M152 76 L158 100 L142 100Z', shade) +
    area('M48 76 L42 100 L58 100Z', shade),
  racket: ({ main, shade, light, dark }) =>
    turned(
      35,
      `<ellipse cx="100" cy="72" rx="36" ry="44" fill="#ffffff66" stroke="${main}" stroke-width="8"/>` +
        line('M84 36 V108 M100 30 V114 M116 36 V108 M68 58 H132 M66 76 H134 M70 94 H130', '#ffffff', 2) +
        area('M88 114 H112 L106 132 H94Z', shade) +
        rect(93, 130, 14, 46, 6, dark),
    ) + disc(142, 132, 14, light),
  bike: ({ main, shade, dark }) =>
    wheel(62, 124, 31, dark) +
    wheel(142, 124, 31, dark) +
    line('M62 124 L84 78 H124 L102 124 H62 M102 124 L84 78 M142 124 L120 62', main, 7) +
    line('M110 60 H134', shade, 7) +
    line('M72 68 H94', dark, 8) +
    line('M84 78 L82 70', dark, 5) +
    disc(102, 124, 8, shade),
  helmet: ({ main, shade, light, dark }) =>
    area('M38 122 Q38 50 102 50 Q162 52 164 122 Q100 134 38 122Z', main) +
    area('M62 72 Q84 62 90 104 L70 108Z', shade) +
    area('M98 60 Q116 60 112 104 L96 106Z', shade) +
    area('M126 66 Q150 82 148 106 L128 106Z', shade) +
    line('M60 126 Q76 160 100 158 Q128 158 140 126', dark, 5) +
    line('M48 100 Q52 76 66 66', light, 5),
  lock: ({ main, shade, light, dark }) =>
    line('M70 92 V68 A30 30 0 0 1 130 68 V92', '#9aa3ad', 13) +
    rect(54, 88, 92, 72, 14, main) +
    rect(54, 130, 92, 30, 14, shade) +
    disc(100, 116, 11, dark) +
    rect(96, 118, 8, 22, 4, dark) +
    line('M66 100 H84', light, 5),
  torch: ({ main, shade, light, dark }) =>
    area('M66 92 L30 34 H170 L134 92Z', '#ffe9a877') +
    area('M62 66 H138 L120 98 H80Z', shade) +
    oval(100, 66, 38, 9, '#fff3c4') +
    rect(80, 96, 40, 68, 8, main) +
    rect(80, 146, 40, 18, 8, shade) +
    rect(94, 108, 12, 18, 6, dark) +
    line('M86 104 V138', light, 3.5),
  battery: ({ main, shade, light, pale }) =>
    rect(62, 44, 16, 9, 3, '#aab2bb') +
    rect(50, 52, 40, 108, 8, main) +
    rect(50, 52, 40, 32, 8, '#d9a441') +
    line('M70 112 V132 M60 122 H80', pale, 5) +
    rect(122, 44, 16, 9, 3, '#aab2bb') +
    rect(110, 52, 40, 108, 8, shade) +
    rect(110, 52, 40, 32, 8, '#e5b85c') +
    line('M120 122 H140', light, 5),
  tent: ({ main, shade, light, dark }) =>
    area('M100 46 L170 152 H30Z', main) +
    area('M100 46 L170 152 H118Z', shade) +
    area('M100 74 L124 152 H76Z', dark) +
    area('M100 74 L88 152 H76Z', light) +
    line('M100 46 L104 36 M30 152 L22 158 M170 152 L178 158', shade, 4),
  rod: ({ main, shade, light, dark }) =>
    turned(24, line('M82 40 V158', main, 8) + rect(76, 30, 12, 34, 6, dark) + oval(82, 148, 10, 4, shade)) +
    turned(
      -24,
      line('M118 40 V158', shade, 8) + rect(112, 30, 12, 34, 6, dark) + oval(118, 148, 10, 4, light),
    ),
  thermos: ({ main, shade, light, dark }) =>
    rect(80, 32, 40, 24, 8, dark) +
    area('M78 56 H122 L130 76 V150 A12 12 0 0 1 118 162 H82 A12 12 0 0 1 70 150 V76Z', main) +
    area('M112 56 H122 L130 76 V150 A12 12 0 0 1 118 162 H110Z', shade) +
    line('M82 82 V138', light, 6),
  tool: ({ main, shade, dark }) =>
    turned(
      34,
      rect(92, 70, 16, 96, 7, main) +
        rect(92, 126, 16, 40, 7, shade) +
        area('M62 44 H124 Q140 46 146 62 L126 72 H62Z', '#8f98a3') +
        rect(56, 42, 18, 32, 4, dark),
    ),
  parasol: ({ main, shade, light, dark }) =>
    line('M100 50 V156', dark, 6) +
    area('M32 100 Q40 44 100 42 Q160 44 168 100Z', main) +
    area('M66 100 Q72 50 100 42 Q128 50 134 100Z', light) +
    area('M134 100 Q128 50 100 42 Q160 44 168 100Z', shade) +
    rect(74, 152, 52, 10, 5, dark),
  plant: ({ main, shade, light }) =>
    area('M98 104 Q44 92 48 46 Q92 52 98 104Z', '#6fa877') +
    area('M102 104 Q156 92 152 46 Q108 52 102 104Z', '#5a9164') +
    area('M100 104 Q72 60 100 28 Q128 60 100 104Z', '#82ba85') +
    line('M100 48 V104', '#5a9164', 3) +
    area('M62 104 H138 L128 160 H72Z', main) +
    area('M118 104 H138 L128 160 H112Z', shade) +
    rect(56, 100, 88, 16, 6, light),
  packet: ({ main, shade, light, pale }) =>
    rect(56, 42, 88, 118, 6, main) +
    rect(56, 42, 88, 18, 6, shade) +
    rect(56, 142, 88, 18, 6, shade) +
    disc(100, 98, 28, pale) +
    area('M100 78 Q120 96 100 118 Q80 96 100 78Z', shade) +
    line('M84 130 H116', light, 5),
  sack: ({ main, shade, light, pale }) =>
    area('M60 50 Q100 62 140 50 L150 146 Q150 160 136 160 H64 Q50 160 50 146Z', main) +
    area('M122 54 L140 50 L150 146 Q150 160 136 160 H118Z', shade) +
    area('M56 38 Q100 50 144 38 L140 56 Q100 66 60 56Z', light) +
    rect(68, 84, 64, 50, 8, pale) +
    rect(78, 96, 44, 8, 4, main) +
    rect(84, 112, 32, 6, 3, shade),
  wateringcan: ({ main, shade, light }) =>
    line('M84 84 Q92 40 132 62 Q150 76 142 108', shade, 8) +
    area('M70 112 L34 76 L28 84 L66 140Z', main) +
    area('M40 66 L20 86 L26 92 L48 76Z', shade) +
    area('M66 84 H142 L150 158 H60Z', main) +
    area('M124 84 H142 L150 158 H128Z', shade) +
    oval(104, 84, 38, 9, light),
  hose: ({ main, shade, light, dark }) =>
    [50, 34, 18]
      .map(
        (r, i) =>
          `<circle cx="96" cy="104" r="${r}" fill="none" stroke="${i === 1 ? shade : main}" stroke-width="13"/>`,
      )
      .join('') +
    line('M146 104 Q150 60 132 48', main, 12) +
    rect(118, 32, 22, 20, 5, dark) +
    line('M62 80 A42 42 0 0 1 84 62', light, 4),
  secateurs: ({ main, shade, dark }) =>
    area('M96 96 Q76 60 92 30 Q116 58 110 92Z', '#c3cad2') +
    area('M108 96 Q124 70 122 44 Q134 72 118 102Z', '#9aa3ad') +
    line('M102 100 Q70 122 74 164', main, 14) +
    line('M108 100 Q136 124 126 164', shade, 14) +
    disc(105, 98, 9, dark),
  grill: ({ main, shade, dark, light }) =>
    line('M76 118 L60 164 M124 118 L140 164 M100 120 V150', dark, 6) +
    area('M42 92 H158 A58 40 0 0 1 100 130 A58 40 0 0 1 42 92Z', shade) +
    area('M42 88 A58 48 0 0 1 158 88Z', main) +
    rect(38, 86, 124, 8, 4, dark) +
    rect(88, 34, 24, 8, 4, dark) +
    line('M60 74 Q68 58 84 52', light, 5),
  drill: ({ main, shade, light, dark }) =>
    rect(38, 56, 86, 42, 12, main) +
    rect(38, 56, 30, 42, 12, shade) +
    area('M124 62 H144 L150 70 V84 L144 92 H124Z', dark) +
    rect(150, 73, 26, 8, 2, '#9aa3ad') +
    area('M62 96 H96 L88 138 H56Z', shade) +
    rect(46, 136, 54, 24, 7, dark) +
    line('M78 70 H112', light, 5),
  toolbox: ({ main, shade, light, dark }) =>
    line('M74 78 V54 H126 V78', dark, 8) +
    rect(36, 78, 128, 78, 8, main) +
    rect(36, 78, 128, 26, 8, shade) +
    rect(60, 96, 16, 20, 4, light) +
    rect(124, 96, 16, 20, 4, light),
  paintcan: ({ main, light, pale }) =>
    line('M54 74 Q100 18 146 74', '#9aa3ad', 5) +
    rect(52, 70, 96, 90, 8, pale) +
    oval(100, 70, 48, 13, '#c3cad2') +
    oval(100, 70, 38, 9, main) +
    area(
      'M52 82 Q76 92 100 84 Q124 92 148 82 V112 Q138 108 132 124 Q124 138 118 116 Q100 104 88 116 Q80 136 72 112 Q60 104 52 112Z',
      main,
    ) +
    line('M64 124 V146', light, 5),
  babybottle: ({ main, shade, light, dark }) =>
    area('M92 46 Q92 30 100 30 Q108 30 108 46 L116 58 H84Z', '#f0c9a8') +
    rect(74, 56, 52, 20, 6, main) +
    area('M76 76 H124 L132 94 V148 A12 12 0 0 1 120 160 H80 A12 12 0 0 1 68 148 V94Z', '#f8fafc') +
    area('M68 106 H132 V148 A12 12 0 0 1 120 160 H80 A12 12 0 0 1 68 148Z', light) +
    line('M112 110 H124 M116 124 H124 M112 138 H124', dark, 3) +
    rect(74, 70, 52, 6, 3, shade),
  bib: ({ main, shade, light }) =>
    area(
      'M64 48 Q62 88 100 88 Q138 88 136 48 L152 56 Q166 110 146 144 Q100 172 54 144 Q34 110 48 56Z',
      main,
    ) +
    line('M58 140 Q100 162 142 140', shade, 5) +
    disc(86, 116, 6, light) +
    disc(114, 116, 6, light) +
    line('M90 130 Q100 138 110 130', light, 4),
  stroller: ({ main, shade, light, dark }) =>
    area('M54 100 A52 52 0 0 1 106 46 V100Z', shade) +
    area('M106 46 V100 H66 A46 46 0 0 1 106 46Z', main) +
    area('M48 100 H152 Q150 134 116 134 H82 Q52 134 48 100Z', main) +
    line('M152 100 L168 66 H178', dark, 7) +
    line('M82 134 L68 150 M116 134 L132 150', dark, 6) +
    disc(66, 154, 12, dark) +
    disc(134, 154, 12, dark) +
    disc(66, 154, 5, light) +
    disc(134, 154, 5, light),
  blocks: ({ main, shade, light }) =>
    rect(42, 106, 54, 52, 7, main) +
    rect(102, 106, 54, 52, 7, '#f2c94c') +
    rect(72, 50, 54, 52, 7, '#5a9a9a') +
    [
      [54, 98],
      [76, 98],
      [112, 98],
      [134, 98],
      [84, 42],
      [106, 42],
    ]
      .map(([x = 0, y = 0], i) => rect(x, y, 12, 9, 3, i < 2 ? shade : i < 4 ? '#d9a441' : '#46807f'))
      .join('') +
    disc(69, 132, 12, light),
  teddy: ({ main, shade, light, dark }) =>
    mirrored(
      disc(66, 56, 17, main) +
        disc(66, 56, 9, light) +
        oval(62, 124, 16, 22, shade) +
        oval(76, 154, 18, 12, shade),
    ) +
    oval(100, 128, 38, 34, main) +
    disc(100, 80, 39, main) +
    oval(100, 92, 18, 14, light) +
    oval(100, 86, 7, 5, dark) +
    disc(86, 74, 4.5, dark) +
    disc(114, 74, 4.5, dark) +
    oval(100, 132, 20, 18, light),
  puzzle: ({ main, shade, light }) =>
    area(
      'M44 60 H78 Q72 40 90 40 Q108 40 102 60 H136 V94 Q158 88 158 106 Q158 124 136 118 V152 H102 Q108 134 90 134 Q72 134 78 152 H44Z',
      main,
    ) +
    line('M54 70 H70', light, 6) +
    area('M136 60 V94 Q158 88 158 106 Q158 124 136 118 V152 H120 V60Z', shade),
  car: ({ main, shade, light, dark }) =>
    line('M142 66 L152 34', dark, 3) +
    disc(152, 32, 5, '#e8574e') +
    area('M58 96 L74 66 H122 L144 96 H160 Q170 98 170 112 V134 H30 V112 Q30 98 44 96Z', main) +
    area('M70 94 L80 74 H98 V94Z', light) +
    area('M104 94 V74 H118 L132 94Z', light) +
    rect(30, 118, 140, 16, 4, shade) +
    mirrored(disc(62, 138, 19, dark) + disc(62, 138, 8, light)),
  tube: ({ main, shade, light, dark }) =>
    area('M62 38 H138 L124 132 H76Z', main) +
    area('M112 38 H138 L124 132 H108Z', shade) +
    rect(60, 34, 80, 10, 4, light) +
    rect(78, 132, 44, 28, 6, dark) +
    rect(80, 70, 36, 8, 4, light) +
    rect(84, 86, 26, 6, 3, light),
  pump: ({ main, shade, light, pale, dark }) =>
    line('M100 64 V44 H72', dark, 9) +
    rect(86, 58, 28, 16, 4, shade) +
    rect(62, 72, 76, 88, 16, main) +
    rect(118, 72, 20, 88, 10, shade) +
    rect(74, 98, 42, 36, 5, pale) +
    rect(81, 108, 28, 6, 3, main) +
    rect(85, 120, 20, 4, 2, light),
  bottle: ({ main, shade, light, pale }) =>
    rect(84, 34, 32, 24, 5, shade) +
    area(
      'M84 58 H116 Q134 66 134 84 V150 A10 10 0 0 1 124 160 H76 A10 10 0 0 1 66 150 V84 Q66 66 84 58Z',
      main,
    ) +
    area('M116 58 Q134 66 134 84 V150 A10 10 0 0 1 124 160 H116Z', shade) +
    rect(66, 96, 68, 38, 0, pale) +
    rect(78, 106, 44, 6, 3, main) +
    rect(86, 118, 28, 5, 2.5, light),
  dropper: ({ main, shade, light, pale, dark }) =>
    rect(90, 28, 20, 34, 9, dark) +
    rect(84, 58, 32, 14, 4, shade) +
    area(
      'M82 72 H118 Q138 78 138 98 V148 A12 12 0 0 1 126 160 H74 A12 12 0 0 1 62 148 V98 Q62 78 82 72Z',
      main,
    ) +
    rect(62, 104, 76, 36, 0, pale) +
    line('M76 116 H124 M84 128 H116', main, 4) +
    line('M72 92 Q74 84 82 82', light, 4),
  lipstick: ({ main, shade, light, dark }) =>
    area('M82 72 V50 L118 34 V72Z', main) +
    area('M104 40 L118 34 V72 H104Z', shade) +
    rect(78, 70, 44, 24, 3, '#e2c078') +
    rect(72, 92, 56, 68, 6, dark) +
    rect(80, 98, 8, 54, 4, '#ffffff33') +
    line('M88 56 V66', light, 4),
  brush: ({ main, shade, light, dark }) =>
    turned(
      30,
      area('M80 44 Q100 22 120 44 L116 84 H84Z', light) +
        line('M92 46 V80 M100 40 V80 M108 46 V80', shade, 3) +
        rect(84, 82, 32, 24, 3, '#c9ced6') +
        area('M88 106 H112 L106 168 A6 6 0 0 1 94 168Z', main) +
        disc(100, 158, 3, dark),
    ),
  hairdryer: ({ main, shade, light, dark }) =>
    area('M84 104 H114 L108 160 H86Z', shade) +
    disc(100, 82, 40, main) +
    area('M104 48 H150 L168 56 V106 L150 114 H104Z', main) +
    rect(162, 54, 9, 54, 4, dark) +
    disc(96, 82, 22, shade) +
    line('M86 74 H106 M84 82 H108 M86 90 H106', light, 3.5),
  bow: ({ main, shade, light }) =>
    area('M92 104 L66 158 L84 152 L92 164 L104 112Z', shade) +
    area('M108 104 L134 158 L116 152 L108 164 L96 112Z', shade) +
    mirrored(
      area('M96 98 Q60 48 34 70 Q26 98 38 122 Q62 136 96 102Z', main) + line('M54 86 Q72 88 88 98', light, 4),
    ) +
    rect(84, 82, 32, 34, 11, light),
  perfume: ({ main, shade, light, pale, dark }) =>
    rect(84, 34, 32, 28, 5, dark) +
    rect(90, 60, 20, 12, 2, '#e2c078') +
    rect(54, 70, 92, 90, 14, '#ffffffb0') +
    area('M54 104 Q100 94 146 104 V146 A14 14 0 0 1 132 160 H68 A14 14 0 0 1 54 146Z', main) +
    rect(78, 108, 44, 32, 4, pale) +
    line('M88 120 H112 M92 130 H108', shade, 3) +
    line('M66 84 V144', light, 4),
  gift: ({ main, shade, light, pale }) =>
    rect(48, 88, 104, 72, 5, main) +
    rect(42, 72, 116, 26, 6, shade) +
    rect(90, 72, 20, 88, 0, pale) +
    mirrored(area('M100 72 Q64 68 62 48 Q80 32 100 72Z', light)),
  bone: ({ main, shade, light }) =>
    turned(
      -32,
      mirrored(disc(46, 86, 18, main) + disc(46, 114, 18, main)) +
        rect(46, 86, 108, 28, 6, main) +
        line('M60 106 H140', shade, 6) +
        line('M62 94 H104', light, 4),
    ),
  fish: ({ main, shade, light, dark }) =>
    area('M130 100 L168 68 Q160 100 168 132Z', shade) +
    area('M32 100 Q66 52 136 94 L140 100 L136 106 Q66 148 32 100Z', main) +
    area('M82 72 Q96 52 112 74Z', shade) +
    line('M86 84 Q96 100 86 116 M106 86 Q114 100 106 114', light, 4) +
    disc(58, 94, 6, '#ffffff') +
    disc(57, 94, 3, dark),
  cattree: ({ main, shade, light, dark }) =>
    rect(50, 152, 100, 12, 5, shade) +
    rect(92, 60, 16, 92, 2, '#d8b878') +
    line('M92 76 L108 70 M92 92 L108 86 M92 108 L108 102 M92 124 L108 118 M92 140 L108 134', '#b8925a', 3) +
    rect(60, 46, 80, 16, 8, main) +
    rect(112, 96, 52, 56, 8, main) +
    disc(138, 126, 15, dark) +
    disc(66, 84, 9, light) +
    line('M66 62 V76', shade, 3),
  aquarium: ({ main, shade, light }) =>
    rect(36, 48, 128, 108, 8, '#bfe0ee') +
    area(
      'M36 128 Q70 116 100 128 Q132 138 164 124 V148 A8 8 0 0 1 156 156 H44 A8 8 0 0 1 36 148Z',
      '#e3cfa0',
    ) +
    line('M62 128 Q54 108 64 88 M76 128 Q82 112 74 98', '#5a9a63', 6) +
    area('M96 88 Q114 70 134 88 L146 78 V98 L134 90 Q114 106 96 88Z', '#f08a4a') +
    rect(32, 40, 136, 13, 5, main) +
    rect(32, 152, 136, 10, 4, shade) +
    disc(124, 66, 4, light) +
    disc(112, 60, 3, '#ffffff'),
};
