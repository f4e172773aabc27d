// What a server of the demo shop answered to the examples of facets and of products by lot.

const artifact = 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409';

const everywhere = {
  fields: [
    { field: 'margin', products: 8649, min: 0.02, max: 0.69, mean: 0.3246225, deviation: 0.09582219 },
    { field: 'rating', products: 7948, min: 1.9, max: 5, mean: 3.91033, deviation: 0.4974244 },
    { field: 'price', products: 9000, min: 1990, max: 11349900, mean: 202334, deviation: 605227.9 },
    { field: 'orders', products: 9000, min: 0, max: 240, mean: 8.545333, deviation: 12.937 },
    { field: 'released', products: 9000, min: 18173, max: 20358, mean: 19230.94, deviation: 619.5487 },
  ],
  genders: { female: 677, male: 652, unisex: 86, kids: 182 },
  currency: 'TRY',
  artifact,
};

export const facetAnswers = {
  facets: {
    most: {
      categories: [
        { category: 'Sports & Outdoor', products: 1290 },
        { category: 'Fashion', products: 1208 },
      ],
      brands: [
        { brand: 'Atlas Peak', products: 176 },
        { brand: 'Koşu Lab', products: 170 },
      ],
      ...everywhere,
    },
    begun: {
      categories: [
        { category: 'Electronics/Computers/Laptops', products: 52 },
        { category: 'Electronics/Computer accessories/Laptop sleeves', products: 45 },
      ],
      brands: [],
      ...everywhere,
    },
  },
};

export const lot = {
  products: [
    {
      id: 'P100158',
      title: 'Toner cartridge, Pikselo C120 XT, green',
      price: 51900,
      currency: 'TRY',
      category: 'Electronics/Computers/Ink & toner',
      brand: 'Pikselo',
      inStock: true,
      image: 'images/drive-green.svg',
    },
    {
      id: 'P100003',
      title: '2-in-1 laptop, Tessen L9, 256 GB, gold',
      price: 4149900,
      currency: 'TRY',
      category: 'Electronics/Computers/Laptops',
      brand: 'Tessen',
      inStock: true,
      image: 'images/laptop-gold.svg',
    },
  ],
  more: true,
  artifact,
};
