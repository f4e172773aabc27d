// What a server of the demo shop answered to the examples of labels and trials; long ones are shortened.

export const labelAnswers = {
  labels: {
    served: {
      labels: [
        {
          label: 'served',
          main: true,
          name: 'small',
          createdAt: '2026-11-22T19:30:27.285Z',
          products: 9000,
          dims: 64,
          policies: ['default@1'],
          default: 'default',
          artifact: 'sha256:5fadb938b689b6af97266d73d842833d86c5bf954275f5f158bf3530f551be10',
        },
      ],
    },
  },
  boughtTogetherByLabel: {
    own: {
      product: 'P100000',
      items: [{ id: 'P100338', score: 3.3368, source: 'embedding' }],
      filled: { wanted: 1, returned: 1, missing: 0, from: { embedding: 1 } },
      recommendation: 'r_6195ce15734666d2',
      artifact: 'sha256:5fadb938b689b6af97266d73d842833d86c5bf954275f5f158bf3530f551be10',
      policy: 'default@1',
    },
    unknown: {
      type: 'urn:sepet:error:label_unknown',
      title: 'Label unknown',
      status: 404,
      detail: 'This server answers for no label "servd". Did you mean "served"?',
      code: 'label_unknown',
    },
  },
  boughtTogetherBatchByLabel: {
    mixed: {
      answers: [
        {
          product: 'P100000',
          items: [{ id: 'P100338', score: 3.3368, source: 'embedding' }],
          filled: { wanted: 1, returned: 1, missing: 0, from: { embedding: 1 } },
          recommendation: 'r_6195ce15734666d2',
          artifact: 'sha256:5fadb938b689b6af97266d73d842833d86c5bf954275f5f158bf3530f551be10',
          policy: 'default@1',
        },
        {
          type: 'urn:sepet:error:product_unknown',
          title: 'Product unknown',
          status: 404,
          detail: 'There is no product "P1" in this artifact.',
          code: 'product_unknown',
        },
      ],
    },
  },
  policiesOfLabel: {
    own: {
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
  policyOfLabel: {
    own: {
      name: 'default',
      revision: 1,
      policy: 'default@1',
      hash: 'sha256:2059700d335ca4e2c04d90f7f46e2803203870b8dc13c322e3ac09cff090e14d',
      document: { name: 'default', revision: 1, placement: [], limit: 10 },
    },
  },
  tryPolicy: {
    short: {
      product: 'P100000',
      items: [{ id: 'P100338', score: 3.3368, source: 'embedding' }],
      filled: { wanted: 1, returned: 1, missing: 0, from: { embedding: 1 } },
      recommendation: 'r_2baa70a98b26f4fe',
      artifact: 'sha256:5fadb938b689b6af97266d73d842833d86c5bf954275f5f158bf3530f551be10',
      policy: 'short@1',
    },
    several: {
      answers: [
        {
          product: 'P100000',
          items: [{ id: 'P100338', score: 3.3368, source: 'embedding' }],
          filled: { wanted: 1, returned: 1, missing: 0, from: { embedding: 1 } },
          recommendation: 'r_2baa70a98b26f4fe',
          artifact: 'sha256:5fadb938b689b6af97266d73d842833d86c5bf954275f5f158bf3530f551be10',
          policy: 'short@1',
        },
        {
          type: 'urn:sepet:error:product_unknown',
          title: 'Product unknown',
          status: 404,
          detail: 'There is no product "P1" in this artifact.',
          code: 'product_unknown',
        },
      ],
    },
  },
  checkPolicy: {
    right: {
      valid: true,
      policy: 'short@1',
      hash: 'sha256:11c61e36b5d2bb4e57fa7a093bda006da4b112bdf51ed7e662bed52f4ee3a5ed',
      document: { name: 'short', revision: 1, placement: [], limit: 1 },
    },
    wrong: {
      valid: false,
      mistakes: [
        {
          message:
            'filters.0.keep.inStok is no key here. Did you mean "inStock"? Known: inStock, gender, price, priceRatio, priceBand, brand, category, group, newerThanDays, field, pair, ids.',
          line: 3,
          column: 28,
          path: 'filters.0.keep.inStok',
        },
        {
          message: 'sort must be one of score, price, popularity, newest, not "prise". Did you mean "price"?',
          line: 4,
          column: 1,
          path: 'sort',
        },
      ],
    },
  },
};
