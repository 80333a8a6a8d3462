namespace EdgeRunner.ModelMutants;

/// <summary>Damage as a disk, a cable or a careless hand does it: without a look at what the bytes mean.</summary>
internal static class ByteMutations
{
    internal static byte[] FlipBits(byte[] model, Random random)
    {
        var mutant = (byte[])model.Clone();
        for (var i = random.Next(1, 17); i > 0; i--) mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
        return mutant;
    }

    internal static byte[] Truncate(byte[] model, Random random) => model[..random.Next(1, model.Length)];

    internal static byte[] SwapBlocks(byte[] model, Random random)
    {
        var mutant = (byte[])model.Clone();
        var length = random.Next(1, Math.Min(512, mutant.Length / 2));
        var (a, b) = (random.Next(mutant.Length - length), random.Next(mutant.Length - length));
        model.AsSpan(a, length).CopyTo(mutant.AsSpan(b));
        model.AsSpan(b, length).CopyTo(mutant.AsSpan(a));
        return mutant;
    }

    internal static byte[] FillBlock(byte[] model, Random random)
    {
        var mutant = (byte[])model.Clone();
        var length = random.Next(1, Math.Min(64, mutant.Length));
        var block = mutant.AsSpan(random.Next(mutant.Length - length + 1), length);
        if (random.Next(2) == 0) block.Fill((byte)(random.Next(2) * 0xFF));
        else random.NextBytes(block);
        return mutant;
    }

    /// <summary>Changes a byte that is a length or a tag, found by its small value before text or structure.</summary>
    internal static byte[] EditLength(byte[] model, Random random)
    {
        var mutant = (byte[])model.Clone();
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var at = random.Next(1, mutant.Length);
            // A tag of wire type 2 is followed by a length.
            if ((mutant[at - 1] & 7) != 2) continue;
            mutant[at] = random.Next(4) switch
            {
                0 => (byte)(mutant[at] + 1),
                1 => (byte)(mutant[at] - 1),
                2 => 0xFF,
                _ => (byte)random.Next(256),
            };
            return mutant;
        }

        return FlipBits(model, random);
    }
}
