// What a server of the demo shop answered to the examples; long ones are shortened.

export const recommendAnswers = {
  boughtTogether: {
    widget: {
      product: 'P100000',
      items: [
        {
          id: 'P100338',
          score: 3.3102,
          source: 'embedding',
          title: 'Travel adapter, Pikselo A7 Air, graphite',
          price: 49900,
          currency: 'TRY',
        },
        {
          id: 'P100337',
          score: 3.2813,
          source: 'embedding',
          title: 'Travel adapter, Pikselo A7 Air, white',
          price: 49900,
          currency: 'TRY',
        },
      ],
      filled: {
        wanted: 2,
        returned: 2,
        missing: 0,
        from: {
          embedding: 2,
        },
      },
      recommendation: 'r_f88a2be84f80dc4f',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
    visitor: {
      product: 'P100000',
      items: [{ id: 'P100338', score: 3.3102, source: 'embedding' }],
      filled: { wanted: 1, returned: 1, missing: 0, from: { embedding: 1 } },
      recommendation: 'r_5e7de4dbcc1e9e7f',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
      experiment: 'width:A',
    },
    narrowed: {
      product: 'P100000',
      items: [
        {
          id: 'P100338',
          score: 3.3102,
          source: 'embedding',
        },
        {
          id: 'P100337',
          score: 3.2813,
          source: 'embedding',
        },
      ],
      filled: {
        wanted: 2,
        returned: 2,
        missing: 0,
        from: {
          embedding: 2,
        },
      },
      recommendation: 'r_f88a2be84f80dc4f',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
    overridden: {
      product: 'P100000',
      items: [
        {
          id: 'P100338',
          score: 3.3102,
          source: 'embedding',
        },
      ],
      filled: {
        wanted: 1,
        returned: 1,
        missing: 0,
        from: {
          embedding: 1,
        },
      },
      recommendation: 'r_ba6c9e223549def6',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
    unknown: {
      type: 'urn:sepet:error:product_unknown',
      title: 'Product unknown',
      status: 404,
      detail: 'There is no product "P1" in this artifact.',
      code: 'product_unknown',
    },
  },
  boughtTogetherOf: {
    basket: {
      product: 'P100000',
      basket: ['P100338'],
      items: [
        {
          id: 'P100599',
          score: 5.231,
          source: 'embedding',
          title: 'Braided charging cable, Pikselo C170, 1 m, graphite',
        },
        {
          id: 'P100337',
          score: 4.095,
          source: 'embedding',
          title: 'Travel adapter, Pikselo A7 Air, white',
        },
      ],
      filled: {
        wanted: 2,
        returned: 2,
        missing: 0,
        from: {
          embedding: 2,
        },
      },
      recommendation: 'r_6dddff773dc12355',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
    product: {
      product: 'P100000',
      items: [
        {
          id: 'P100337',
          score: 3.2813,
          source: 'embedding',
        },
        {
          id: 'P100294',
          score: 2.7576,
          source: 'embedding',
        },
      ],
      filled: {
        wanted: 2,
        returned: 2,
        missing: 0,
        from: {
          embedding: 2,
        },
        filteredBy: {
          'request.bought': 1,
        },
      },
      recommendation: 'r_dbb3896bd473bee0',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
    unknownPolicy: {
      type: 'urn:sepet:error:policy_unknown',
      title: 'Policy unknown',
      status: 404,
      detail: 'No policy "cart" is served.',
      code: 'policy_unknown',
    },
    columns: {
      type: 'urn:sepet:error:option_invalid',
      title: 'Option invalid',
      status: 400,
      detail: 'user and context cannot be taken: this artifact holds no factorization machine.',
      code: 'option_invalid',
    },
    popular: {
      product: 'P1',
      unknown: ['P1'],
      items: [
        {
          id: 'P108178',
          score: 5.4848,
          source: 'fallback',
        },
      ],
      filled: {
        wanted: 1,
        returned: 1,
        missing: 0,
        from: {
          fallback: 1,
        },
      },
      recommendation: 'r_a9c4351391bf5ccf',
      artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
      policy: 'default@1',
    },
  },
  boughtTogetherBatch: {
    mixed: {
      answers: [
        {
          product: 'P100000',
          items: [
            {
              id: 'P100338',
              score: 3.3102,
              source: 'embedding',
            },
          ],
          filled: {
            wanted: 1,
            returned: 1,
            missing: 0,
            from: {
              embedding: 1,
            },
          },
          recommendation: 'r_ba6c9e223549def6',
          artifact: 'sha256:ca559f3036a94480d77f0cab80a4899a521b064daceabba67b7ffaecf60f5409',
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
  combine: {
    sum: {
      parts: [
        {
          product: 'P100000',
          weight: 1,
          products: 1,
          vectors: 1,
          spread: 0,
        },
        {
          brand: 'Pikselo',
          weight: -0.5,
          products: 87,
          vectors: 65,
          spread: 0.1222,
        },
      ],
      spread: 0.6129,
      items: [
        {
          id: 'P100338',
          score: 3.8007,
          source: 'embedding',
        },
        {
          id: 'P100337',
          score: 3.5976,
          source: 'embedding',
        },
      ],
      filled: {
        wanted: 2,
        returned: 2,
        missing: 0,
        from: {
          embedding: 2,
        },
      },
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
};
