using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Boosting: which members of the step apply to its method, and what it makes of its stages.</summary>
internal static class BoostRule
{
    internal static void Check(BoostStepSpec step, StepCheck check)
    {
        if (step.Weights is not null)
        {
            MemberRule.CheckWeights(step, step.Weights, check);
        }
        switch (step.Method)
        {
            case BoostMethod.Additive: CheckAdditive(step, check); break;
            case BoostMethod.Samme: CheckSamme(step, check); break;
            default: CheckSammeReal(step, check); break;
        }
    }

    private static void CheckAdditive(BoostStepSpec step, StepCheck check)
    {
        Refuse("classes", step.Classes, "additive", check);
        Refuse("coding", step.Coding, "additive", check);
        if (step.LearningRate is { } rate && !(double.IsFinite(rate) && rate > 0))
        {
            check.Error(null, "a \"learningRate\" above 0", MemberRule.Show([rate]));
        }
        var link = step.Link ?? BoostLink.None;
        if (link == BoostLink.None && step.Probabilities is not null)
        {
            check.Error(step.Probabilities, "a \"link\", sigmoid or softmax, that makes probabilities of scores", "none");
        }
        if (!MemberRule.TryColumns(step, check, least: 1, "a column for each score", out var first) || !CheckAdditiveColumns(step, link, first, check))
        {
            return;
        }
        IReadOnlyList<long> rows = [.. first.Shape!.SkipLast(1)];
        MemberRule.Make(step.Label, TensorElementType.Int64, rows, check);
        MemberRule.Make(step.Scores, first.Type, first.Shape!, check);
        MemberRule.Make(step.Probabilities, first.Type, [.. rows, Math.Max(2, first.Shape![^1])], check);
    }

    private static bool CheckAdditiveColumns(BoostStepSpec step, BoostLink link, GraphTensor first, StepCheck check)
    {
        var columns = first.Shape![^1];
        if (link == BoostLink.Sigmoid && columns != 1)
        {
            check.Error(first.Name, "one column, that of class 1, for \"link\" sigmoid", first.ToString());
        }
        if (link == BoostLink.Softmax)
        {
            MemberRule.CheckColumns(first, least: 2, "a column for each class, for \"link\" softmax", check);
        }
        if (step.Initial is { } initial && (initial.Count != columns || !initial.All(double.IsFinite)))
        {
            check.Error(null, $"\"initial\" with {columns} finite numbers, one for each score of \"{first.Name}\"", $"{initial.Count}: {MemberRule.Show(initial)}");
        }
        return !check.HasErrors;
    }

    private static void CheckSamme(BoostStepSpec step, StepCheck check)
    {
        RefuseAdditive(step, "samme", check);
        if (step.Weights is null)
        {
            check.Error(null, "\"weights\", one for each member, for \"method\" samme", "none");
        }
        if (step.Classes is { } classes)
        {
            MemberRule.CheckClasses(classes, check);
        }
        else
        {
            check.Error(null, "\"classes\", their number, for \"method\" samme", "none");
        }
        if (MemberRule.TryBallots(step, check, step.Classes ?? 0, out var first))
        {
            MakeSamme(step, TensorElementType.Float32, first.Shape!, step.Classes!.Value, check);
        }
    }

    private static void CheckSammeReal(BoostStepSpec step, StepCheck check)
    {
        RefuseAdditive(step, "samme-r", check);
        Refuse("weights", step.Weights, "samme-r", check);
        Refuse("classes", step.Classes, "samme-r", check);
        Refuse("coding", step.Coding, "samme-r", check);
        if (MemberRule.TryColumns(step, check, least: 2, "a column for each class", out var first))
        {
            MakeSamme(step, first.Type, [.. first.Shape!.SkipLast(1)], first.Shape![^1], check);
        }
    }

    private static void MakeSamme(BoostStepSpec step, TensorElementType type, IReadOnlyList<long> rows, long classes, StepCheck check)
    {
        MemberRule.Make(step.Label, TensorElementType.Int64, rows, check);
        MemberRule.Make(step.Probabilities, type, [.. rows, classes], check);
        MemberRule.Make(step.Scores, type, [.. rows, classes == 2 ? 1 : classes], check);
    }

    private static void RefuseAdditive(BoostStepSpec step, string method, StepCheck check)
    {
        Refuse("initial", step.Initial, method, check);
        Refuse("learningRate", step.LearningRate, method, check);
        Refuse("link", step.Link, method, check);
    }

    private static void Refuse(string member, object? value, string method, StepCheck check)
    {
        if (value is not null)
        {
            check.Error(null, $"no \"{member}\" with \"method\" {method}", "one");
        }
    }
}
