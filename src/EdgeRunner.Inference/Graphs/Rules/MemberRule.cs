using System.Globalization;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>What every ensemble asks of its members and their weights.</summary>
internal static class MemberRule
{
    /// <summary>Most classes a vote may be held over.</summary>
    private const int MaxClasses = 65_536;

    /// <summary>Most counts a vote may keep, one for each class of each row: 128 MiB of float64.</summary>
    private const long MaxCounts = 1 << 24;

    /// <summary>Checks that the members are of one shape and one of <paramref name="types"/>, each named once.</summary>
    /// <param name="step">The step.</param>
    /// <param name="check">Gets what is wrong.</param>
    /// <param name="types">Element types that will do.</param>
    /// <param name="first">The first member; the others are like it.</param>
    internal static bool TryMembers(MembersStepSpec step, StepCheck check, ReadOnlySpan<TensorElementType> types, out GraphTensor first)
    {
        first = null!;
        if (!CheckNames(step, check) || !check.TryRead(step.Inputs[0], types, out first))
        {
            return false;
        }
        var like = first;
        foreach (var other in step.Inputs.Skip(1).Select(check.Read).Where(other => other.Type != like.Type || !other.Shape!.SequenceEqual(like.Shape!)))
        {
            check.Error(other.Name, $"{like}, as the first member \"{like.Name}\" is", other.ToString());
        }
        return !check.HasErrors;
    }

    /// <summary>As <see cref="TryMembers"/>, for float members with at least <paramref name="least"/> columns.</summary>
    internal static bool TryColumns(MembersStepSpec step, StepCheck check, int least, string columnsAre, out GraphTensor first) =>
        TryMembers(step, check, ElementSets.Floats, out first) && CheckColumns(first, least, columnsAre, check);

    /// <summary>Checks that the last dimension has at least <paramref name="least"/> entries.</summary>
    internal static bool CheckColumns(GraphTensor tensor, int least, string columnsAre, StepCheck check)
    {
        if (tensor.Shape is [.., var columns] && columns >= least)
        {
            return true;
        }
        check.Error(tensor.Name, $"a last dimension of at least {least}: {columnsAre}", tensor.ToString());
        return false;
    }

    /// <summary>Checks that there is at least one member and none twice.</summary>
    internal static bool CheckNames(MembersStepSpec step, StepCheck check)
    {
        if (step.Inputs.Count == 0)
        {
            check.Error(null, "at least one member in \"inputs\"", "none");
        }
        foreach (var twice in step.Reads.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            check.Error(twice.Key, "each tensor once; a member that counts more has a higher weight", $"it {twice.Count()} times");
        }
        return !check.HasErrors;
    }

    /// <summary>Checks weights: one for each member, finite, 0 or more, not all 0.</summary>
    internal static void CheckWeights(MembersStepSpec step, IReadOnlyList<double> weights, StepCheck check)
    {
        if (weights.Count != step.Inputs.Count)
        {
            check.Error(null, $"{step.Inputs.Count} \"weights\", one for each member", $"{weights.Count}: {Show(weights)}");
            return;
        }
        for (var i = 0; i < weights.Count; i++)
        {
            if (!double.IsFinite(weights[i]) || weights[i] < 0)
            {
                check.Error(step.Inputs[i], "a weight of 0 or more", Show([weights[i]]));
            }
        }
        if (!check.HasErrors && weights.Sum() is 0 or double.PositiveInfinity)
        {
            check.Error(null, "\"weights\" with a finite sum above 0", Show(weights));
        }
    }

    /// <summary>Checks a number of classes.</summary>
    internal static void CheckClasses(int classes, StepCheck check)
    {
        if (classes is < 2 or > MaxClasses)
        {
            check.Error(null, $"\"classes\" from 2 to {MaxClasses}", classes.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>As <see cref="TryMembers"/>, for members that name one of <paramref name="classes"/> classes.</summary>
    internal static bool TryBallots(MembersStepSpec step, StepCheck check, int classes, out GraphTensor first)
    {
        if (!TryMembers(step, check, [TensorElementType.Int64], out first))
        {
            return false;
        }
        var rows = first.Shape!.Aggregate(1L, (count, size) => count * size);
        if (rows * classes <= MaxCounts)
        {
            return true;
        }
        check.Error(first.Name, $"at most {MaxCounts / classes} elements, for {classes} classes", first.ToString());
        return false;
    }

    /// <summary>Numbers as JSON would show them.</summary>
    internal static string Show(IEnumerable<double> values) => string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Says what the step makes where it was asked for.</summary>
    internal static void Make(string? tensor, TensorElementType type, IEnumerable<long> shape, StepCheck check)
    {
        if (tensor is not null)
        {
            check.Make(tensor, type, [.. shape]);
        }
    }
}
