// What a server with an experiment answered to its example.

export const experimentAnswers = {
  experiments: {
    running: {
      assignments: [{ channel: ['mail'], policy: 'default' }],
      experiments: [
        {
          name: 'width',
          placement: ['product'],
          traffic: 1,
          active: true,
          arms: [
            { name: 'A', share: 0.5, experiment: 'width:A' },
            { name: 'B', share: 0.5, efSearch: 400, experiment: 'width:B' },
          ],
        },
      ],
    },
  },
};
