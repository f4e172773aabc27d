// Invented brands. Each sells in one department; the sign after a name is its price level:
// `-` cheap, none middle, `+` dear.

const byDepartment: Record<string, string> = {
  Electronics:
    'Nordik, Voltera+, Klavio, Tessen-, Orbis, Lumo-, Aykon+, Pikselo-, Sonara+, Kuvars, Devrim Audio, Zephyr One',
  Office: 'Kalemo, Arkaday+, Deskana, Papira-, Ofisya-, Mavi Defter, Steno & Co+',
  'Home & Living': 'Evlia, Halden+, Lokum Home, Yuva-, Sedira+, Kozaklı, Ladin, Pamukça-, Moda Ev-, Nerva',
  'Kitchen & Dining': 'Bakraç, Ocaklı-, Fornello+, Demlik, Tavuna-, Kestane, Cezvera+, Sofram, Lezita Home-',
  Fashion:
    'Marelle+, Dokuma, Kumaşa-, Ottavia+, Selin Aras, Peralta-, Ipekyol No 9, Tarz-, Bergama, Lindal+, Atölye 34, Modesta-',
  'Sports & Outdoor': 'Veltra, Kaçkar+, Zirve, Rota-, Atlas Peak+, Koşu Lab, Maraton-, Lykia, Dalga-',
  'Garden & DIY': 'Bahçem, Toprak-, Verdano+, Ustam, Demirel Tools+, Filiz-, Botanika',
  'Baby & Toys': 'Minik, Tombik-, Lunapark, Bulut Bebek+, Oyunca-, Pepino, Ahşapça+',
  'Beauty & Care': 'Gülnar, Defne Skin+, Saf-, Aurelle+, Hamam 1472, Lavanda, Bellis-, Zeytine',
  Pets: 'Patiko, Mırmır-, Dostum, Kuyruk & Co+, Balıkçı-, Kanat',
};

export interface Brand {
  readonly name: string;
  /** What its prices are multiplied by. */
  readonly level: number;
}

/** The brands of a department, most popular first. */
export function brandsOf(department: string): Brand[] {
  return (byDepartment[department] ?? '').split(', ').map((text) => {
    const sign = text.at(-1);
    if (sign === '+') return { name: text.slice(0, -1), level: 1.5 };
    if (sign === '-') return { name: text.slice(0, -1), level: 0.68 };
    return { name: text, level: 1 };
  });
}
