namespace EdgeRunner.ModelMutants;

/// <summary>One changed model: which, how, and its bytes. The same seed and number give the same mutant.</summary>
internal sealed record Mutant(int Number, string Model, string Mutation, byte[] Bundle)
{
    private static readonly (string Name, Func<byte[], Random, byte[]> Change)[] Mutations =
    [
        ("flip-bits", ByteMutations.FlipBits), ("truncate", ByteMutations.Truncate), ("swap-blocks", ByteMutations.SwapBlocks),
        ("fill-block", ByteMutations.FillBlock), ("edit-length", ByteMutations.EditLength),
        ("operator", GraphMutations.OperatorType), ("attribute", GraphMutations.AttributeValue), ("dimensions", GraphMutations.Dimensions),
        ("element-type", GraphMutations.ElementType), ("tensor-content", GraphMutations.TensorContent), ("wiring", GraphMutations.Wiring),
        ("opset", GraphMutations.Opset), ("structure", GraphMutations.Structure),
    ];

    /// <summary>Makes mutant <paramref name="number"/> of <paramref name="seed"/>.</summary>
    internal static Mutant Make(IReadOnlyList<BaseModel> models, int seed, int number)
    {
        // A generator for each mutant, so that one can be made again without those before it.
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var model = models[random.Next(models.Count)];
        var (name, change) = Mutations[random.Next(Mutations.Length)];
        return new Mutant(number, model.Name, name, model.Wrap(change(model.Onnx, random)));
    }
}
