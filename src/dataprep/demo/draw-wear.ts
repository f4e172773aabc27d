// Drawings for fashion: clothes, shoes, bags and what goes with them.

import { area, type Drawing, disc, line, mirrored, oval, rect, repeat, turned } from './ink.ts';

export const wearDrawings: Record<string, Drawing> = {
  tshirt: ({ main, shade, light }) =>
    area('M76 46 Q100 64 124 46 L166 72 L150 102 L136 94 V156 H64 V94 L50 102 L34 72Z', main) +
    area('M136 94 V156 H116 Q132 124 124 46 L166 72 L150 102Z', shade) +
    line('M78 48 Q100 66 122 48', light, 5),
  dress: ({ main, shade, light }) =>
    area(
      'M80 36 L86 60 Q100 66 114 60 L120 36 L128 38 L126 86 L156 156 Q100 172 44 156 L74 86 L72 38Z',
      main,
    ) +
    area('M120 36 L128 38 L126 86 L156 156 Q140 162 124 164 L112 86 L114 60Z', shade) +
    line('M75 88 H125', light, 6),
  trousers: ({ main, shade, light }) =>
    area('M66 38 H134 L142 162 H112 L100 82 L88 162 H58Z', main) +
    area('M104 38 H134 L142 162 H112 L100 82Z', shade) +
    rect(65, 36, 70, 12, 3, light) +
    line('M74 52 Q76 64 68 68 M126 52 Q124 64 132 68', light, 3),
  sock: ({ main, shade, light }) =>
    area('M84 34 H126 V104 Q126 116 116 122 L86 148 Q68 160 56 146 Q46 132 60 120 L84 100Z', main) +
    rect(82, 34, 46, 18, 5, light) +
    area('M60 120 Q46 132 56 146 Q62 152 70 152 Q62 136 70 112Z', shade) +
    area('M126 88 V104 Q126 116 116 122 L104 132 Q100 104 126 88Z', shade),
  shoe: ({ main, shade, light, dark }) =>
    area('M38 84 Q60 96 84 76 L96 84 Q116 108 158 114 Q170 120 168 138 H38Z', main) +
    area('M38 84 Q50 92 62 88 V138 H38Z', shade) +
    line('M88 94 L98 84 M100 102 L110 92 M112 110 L120 100', light, 4.5) +
    rect(34, 136, 136, 12, 6, dark),
  boot: ({ main, shade, light, dark }) =>
    area('M66 36 H120 L116 98 Q158 104 160 142 H66Z', main) +
    area('M66 36 H84 Q78 96 90 142 H66Z', shade) +
    line('M106 58 H118 M104 76 H117', light, 5) +
    rect(62, 140, 102, 16, 6, dark),
  heel: ({ main, shade, light }) =>
    area('M42 62 Q70 66 92 98 Q116 130 160 128 Q168 136 162 144 H112 Q80 142 66 104 L60 152 H50Z', main) +
    area('M42 62 Q60 64 76 82 L66 104 L60 152 H50Z', shade) +
    line('M100 114 Q120 130 146 132', light, 4),
  sandal: ({ main, shade, light }) =>
    turned(
      -14,
      area(
        'M66 60 Q66 34 96 36 Q130 38 128 84 Q124 112 132 140 Q130 166 102 166 Q78 164 78 136 Q78 96 66 60Z',
        light,
      ) +
        area('M68 72 Q98 46 130 84 L127 104 Q98 70 72 90Z', main) +
        area('M78 122 Q104 106 129 122 L131 138 Q104 124 78 138Z', shade),
    ),
  jacket: ({ main, shade, light, dark }) =>
    area('M78 40 H122 L152 58 L166 134 L144 140 L138 104 V158 H62 V104 L56 140 L34 134 L48 58Z', main) +
    area('M100 52 L122 40 L152 58 L166 134 L144 140 L138 104 V158 H100Z', shade) +
    area('M78 40 L100 66 L122 40 L112 36 H88Z', light) +
    line('M100 66 V156', dark, 3) +
    line('M76 120 V136 M124 120 V136', light, 5),
  tie: ({ main, shade, light }) =>
    area('M86 34 H114 L110 58 H90Z', shade) +
    area('M90 58 H110 L124 136 L100 164 L76 136Z', main) +
    line('M86 84 L112 72 M83 104 L116 90 M80 124 L119 108', light, 5),
  scarf: ({ main, shade, light }) =>
    area('M58 56 Q100 28 142 56 Q150 84 124 92 Q100 100 76 92 Q50 84 58 56Z', main) +
    oval(100, 66, 26, 13, shade) +
    area('M104 88 L132 84 L140 156 H108Z', main) +
    area('M76 86 L104 92 L98 148 H66Z', shade) +
    line('M108 116 H136 M109 130 H138', light, 6) +
    repeat(5, (i) => line(`M${112 + i * 6.5} 156 V164`, light, 3)),
  mitt: ({ main, shade, light }) =>
    area(
      'M70 132 L66 74 Q66 38 98 38 Q128 38 130 72 L131 92 Q136 76 150 80 Q162 86 154 102 Q146 122 130 132Z',
      main,
    ) +
    rect(64, 128, 72, 30, 9, light) +
    line('M78 136 V150 M92 136 V150 M106 136 V150 M120 136 V150', shade, 4) +
    line('M130 94 Q128 108 122 114', shade, 4),
  beanie: ({ main, shade, light }) =>
    disc(100, 44, 13, light) +
    area('M50 122 Q48 54 100 52 Q152 54 150 122Z', main) +
    line('M76 62 Q68 84 68 116 M100 56 V116 M124 62 Q132 84 132 116', shade, 4) +
    rect(44, 112, 112, 34, 12, shade) +
    line('M60 120 V138 M80 120 V138 M100 120 V138 M120 120 V138 M140 120 V138', main, 4),
  hat: ({ main, shade, light }) =>
    oval(100, 124, 70, 22, shade) +
    oval(100, 120, 70, 22, main) +
    area('M62 118 Q62 56 100 56 Q138 56 138 118 Q100 132 62 118Z', light) +
    area('M62 100 Q100 116 138 100 V118 Q100 132 62 118Z', shade),
  handbag: ({ main, shade, light, dark }) =>
    line('M72 84 V70 A28 28 0 0 1 128 70 V84', dark, 7) +
    area('M46 82 H154 L162 150 A8 8 0 0 1 154 158 H46 A8 8 0 0 1 38 150Z', main) +
    area('M46 82 H154 L157 104 Q100 128 43 104Z', shade) +
    rect(91, 106, 18, 16, 5, light),
  backpack: ({ main, shade, light, dark }) =>
    line('M84 48 A16 16 0 0 1 116 48', dark, 7) +
    rect(50, 90, 18, 50, 9, shade) +
    rect(132, 90, 18, 50, 9, shade) +
    rect(60, 46, 80, 114, 26, main) +
    rect(72, 104, 56, 44, 10, shade) +
    line('M82 118 H118', light, 5) +
    line('M72 74 H128', light, 5),
  wallet: ({ main, shade, light }) =>
    rect(42, 62, 116, 82, 12, shade) +
    rect(42, 56, 116, 82, 12, main) +
    rect(54, 46, 80, 22, 4, '#f3e9d4') +
    rect(42, 64, 116, 74, 12, main) +
    rect(124, 88, 40, 26, 10, shade) +
    disc(138, 101, 6, light) +
    line('M52 76 H110', light, 2.5),
  belt: ({ main, shade, light, dark }) =>
    `<ellipse cx="100" cy="102" rx="56" ry="38" fill="none" stroke="${main}" stroke-width="18"/>` +
    line('M52 122 A56 38 0 0 0 148 122', shade, 6) +
    rect(82, 122, 40, 34, 7, light) +
    rect(90, 130, 24, 18, 3, dark) +
    disc(134, 131, 3, dark) +
    disc(144, 124, 3, dark),
  ring: ({ main, shade, light }) =>
    `<path d="M58 48 Q60 118 100 126 Q140 118 142 48" fill="none" stroke="${main}" stroke-width="5" stroke-dasharray="1 7" stroke-linecap="round"/>` +
    area('M100 118 L120 138 L100 164 L80 138Z', light) +
    area('M100 118 L120 138 H80Z', main) +
    area('M100 138 H120 L100 164Z', shade),
  glasses: ({ main, shade, light }) =>
    mirrored(
      disc(66, 104, 31, main) +
        disc(66, 104, 23, '#2f3a48') +
        area('M52 98 A18 18 0 0 1 68 86 L56 118Z', '#ffffff40') +
        line('M38 92 L30 82', shade, 7),
    ) + line('M90 98 Q100 90 110 98', light, 8),
  suitcase: ({ main, shade, light, dark }) =>
    line('M86 58 V34 H114 V58', dark, 6) +
    rect(56, 54, 88, 98, 14, main) +
    line('M76 62 V144 M92 62 V144 M108 62 V144 M124 62 V144', shade, 4) +
    rect(90, 92, 20, 14, 4, light) +
    disc(72, 158, 7, dark) +
    disc(128, 158, 7, dark),
};
