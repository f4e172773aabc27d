// What a server of the demo shop answered to the examples; long ones are shortened.

import { lot } from './examples-facets.ts';

export const otherAnswers = {
  products: {
    lot,
    popular: {
      products: [
        {
          id: 'P108178',
        },
        {
          id: 'P108457',
        },
        {
          id: 'P108696',
        },
      ],
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
    },
    search: {
      products: [
        {
          id: 'P100000',
          title: '2-in-1 laptop, Pikselo L5, 256 GB, black',
          price: 2449900,
          currency: 'TRY',
          category: 'Electronics/Computers/Laptops',
          brand: 'Pikselo',
          inStock: true,
          image: 'images/laptop-black.svg',
        },
      ],
      more: true,
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
    },
    narrowed: {
      products: [
        {
          id: 'P100159',
          title: 'Toner cartridge, Pikselo C120 XT, purple',
          price: 51900,
          currency: 'TRY',
          category: 'Electronics/Computers/Ink & toner',
          brand: 'Pikselo',
          inStock: true,
          image: 'images/drive-purple.svg',
        },
      ],
      more: true,
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
    },
  },
  product: {
    known: {
      id: 'P100000',
      title: '2-in-1 laptop, Pikselo L5, 256 GB, black',
      price: 2449900,
      currency: 'TRY',
      category: 'Electronics/Computers/Laptops',
      brand: 'Pikselo',
      inStock: true,
      image: 'images/laptop-black.svg',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
    },
    unknown: {
      type: 'urn:sepet:error:product_unknown',
      title: 'Product unknown',
      status: 404,
      detail: 'There is no product "P1" in this artifact.',
      code: 'product_unknown',
    },
  },
  similarBrands: {
    near: {
      brand: 'Pikselo',
      products: 87,
      vectors: 65,
      spread: 0.1222,
      brands: [
        {
          brand: 'Tessen',
          score: 0.9918,
          products: 144,
          vectors: 121,
          spread: 0.1122,
        },
        {
          brand: 'Lumo',
          score: 0.9868,
          products: 110,
          vectors: 92,
          spread: 0.1217,
        },
      ],
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
    },
    unknown: {
      type: 'urn:sepet:error:brand_unknown',
      title: 'Brand unknown',
      status: 404,
      detail: 'No product of this artifact is of the brand "Piksel". Did you mean "Pikselo"?',
      code: 'brand_unknown',
    },
  },
  artifact: {
    served: {
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      products: 9000,
      dims: 64,
      manifest: {
        kind: 'sepet-artifact',
        formatVersion: 1,
        name: 'sepet-test-made-small-9b718866db26c89f-3SNKFs',
        builtBy: '0.1.0',
        createdAt: '2026-11-22T16:33:26.877Z',
        currency: 'TRY',
        dims: 64,
        gamma: 0.5,
        popularity: {
          scale: 1,
          mean: 1.911211848388341,
        },
        counts: {
          products: 9000,
          trained: 7624,
          categories: 272,
          brands: 87,
          orders: 30000,
          baskets: 21271,
          cooccurrences: 88302,
        },
        parameters: {
          ingest: {},
          train: {},
          build: {
            M: 16,
            efConstruction: 200,
            codeBits: 2,
            threads: 2,
            seed: 1,
            popularityScale: 1,
            listLength: 50,
          },
        },
        hashes: {
          'baskets.parquet': 'ff719ad500c395cc839532a419494106cd8e378585185da163df184ea1dd0804',
        },
        recall: {
          queries: 500,
          k: 10,
          at: [
            {
              efSearch: 50,
              recall: 0.9782,
            },
          ],
        },
        digests: {
          ids: '5ed58677415f017e75faee8b30b3a8c8c05cbc87d70247a9b787bfbce73fb497',
        },
      },
      policy: 'default@1',
      policies: ['default@1'],
    },
  },
  policies: {
    served: {
      default: 'default',
      policies: [
        {
          name: 'default',
          revision: 1,
          policy: 'default@1',
          hash: 'sha256:2059700d335ca4e2c04d90f7f46e2803203870b8dc13c322e3ac09cff090e14d',
          placement: [],
          limit: 10,
          filters: 3,
          rank: 0,
        },
      ],
    },
  },
  policy: {
    own: {
      name: 'default',
      revision: 1,
      policy: 'default@1',
      hash: 'sha256:2059700d335ca4e2c04d90f7f46e2803203870b8dc13c322e3ac09cff090e14d',
      document: {
        name: 'default',
        revision: 1,
        placement: [],
        limit: 10,
      },
    },
    unknown: {
      type: 'urn:sepet:error:policy_unknown',
      title: 'Policy unknown',
      status: 404,
      detail: 'No policy "defalt" is served. Did you mean "default"?',
      code: 'policy_unknown',
    },
  },
  events: {
    shown: {
      accepted: 2,
      duplicates: 0,
      refused: [],
    },
  },
  livez: {
    live: {
      status: 'live',
    },
  },
  readyz: {
    ready: {
      status: 'ready',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
  },
  healthz: {
    ready: {
      status: 'ready',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
  },
  metrics: {
    all: '# HELP sepet_queue_depth Requests waiting for a worker.\n# TYPE sepet_queue_depth gauge\nsepet_queue_depth 0\n',
  },
  openapi: {
    document: {
      openapi: '3.1.0',
      info: {
        title: 'Sepet',
      },
    },
  },
  reload: {
    same: {
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policies: ['default@1'],
      changed: false,
    },
  },
  settings: {
    none: {
      efSearch: null,
    },
  },
  putSettings: {
    wider: {
      efSearch: 400,
    },
    back: {
      efSearch: null,
    },
  },
  putPolicy: {
    cart: {
      policy: 'cart@1',
      hash: 'sha256:066c3491d53b0715319ab950109b589afc69566e0d5ba096268e341610a6f4fc',
      changed: true,
      policies: ['default@1', 'cart@1'],
    },
  },
  removePolicy: {
    cart: {
      removed: 'cart',
      policies: ['default@1'],
    },
    unknown: {
      type: 'urn:sepet:error:policy_unknown',
      title: 'Policy unknown',
      status: 404,
      detail: 'No policy "card" was put.',
      code: 'policy_unknown',
    },
  },
  drain: {
    out: {
      drained: true,
    },
  },
  undrain: {
    back: {
      drained: false,
    },
  },
};
